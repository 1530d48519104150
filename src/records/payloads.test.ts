import { describe, expect, it } from 'vitest';
import { contactByEmail } from '../mapping/index.ts';
import { fileUploadPayload } from './file-upload.ts';
import { companyRef, contactRef, dealRef, recordRef } from './record-names.ts';
import { submissionPayload } from './submission.ts';

const ada = contactByEmail('ada@example.com');
const bodiesOf = ({ effects }: { effects: readonly object[] }) =>
  effects.flatMap((effect) => ('body' in effect ? [effect.body] : []));

describe('a name', () => {
  it.each([
    [contactRef({ email: ' Ada@Example.com' }), ada],
    [contactRef(ada), ada],
    [
      contactRef({ idProperty: 'driver_id', value: 7 }),
      { objectType: 'contacts', idProperty: 'driver_id', id: '7' },
    ],
    [
      companyRef({ domain: 'https://www.example.com/a' }),
      expect.objectContaining({ id: 'example.com', byDomain: true }),
    ],
    [dealRef({ idProperty: 'order', value: 'o' }), { objectType: 'deals', idProperty: 'order', id: 'o' }],
    [recordRef({ contact: { email: 'ada@example.com' } }), ada],
    [
      recordRef({ deal: { idProperty: 'order', value: 'o' } }),
      { objectType: 'deals', idProperty: 'order', id: 'o' },
    ],
  ])('becomes a record: %#', (made, wanted) => {
    expect(made).toEqual(wanted);
  });

  it('of another type is refused', () => {
    expect(() => dealRef(ada)).toThrow(expect.objectContaining({ code: 'RECORD_ID_UNUSABLE' }));
  });
});

describe('an upload', () => {
  const upload = { fileName: 'a<b>.csv', type: 'CSV', sizeBytes: 2_345_678 };

  it('sets properties and notes what is known', () => {
    const payload = fileUploadPayload(
      { email: 'ada@example.com' },
      {
        ...upload,
        summary: '10 rows\n2 columns',
        link: 'https://files.example.com/1?a=1&b=2',
        qualityScore: 0.5,
        properties: { company: 'Example' },
      },
    );
    expect(payload).toMatchObject({
      record: ada,
      fileUpload: true,
      effects: [
        {
          properties: {
            company: 'Example',
            last_file_type: 'CSV',
            last_file_quality_score: '0.5',
            sample_data_reference: 'https://files.example.com/1?a=1&b=2',
          },
        },
        {},
      ],
    });
    expect(bodiesOf(payload)).toEqual([
      '<p><strong>Sample Data Upload</strong></p><p>File: a&lt;b&gt;.csv<br>Type: CSV<br>Size: 2.3 MB<br>Quality score: 0.5<br>' +
        'Summary: 10 rows<br>2 columns<br>Link: <a href="https://files.example.com/1?a=1&amp;b=2">https://files.example.com/1?a=1&amp;b=2</a></p>',
    ]);
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [5e15, '5000.0 TB'],
  ])('of %d bytes is shown as %s', (sizeBytes, text) => {
    const [body] = bodiesOf(fileUploadPayload(ada, { ...upload, sizeBytes }));
    expect(body).toContain(`Size: ${text}</p>`);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '" onclick="x'])(
    'with the link %j shows it as text',
    (link) => {
      const [body] = bodiesOf(fileUploadPayload(ada, { ...upload, link }));
      expect(body).not.toMatch(/<a |"/);
    },
  );
});

describe('a submission', () => {
  it('becomes contact, company, deal, links and note', () => {
    const payload = submissionPayload({
      contact: { email: 'ada@example.com' },
      properties: { firstname: 'Ada' },
      company: { name: { domain: 'example.com' }, properties: { name: 'Example' } },
      deal: { id: { idProperty: 'request_id', value: 'r-1' }, name: 'Demo', stage: 'appointmentscheduled' },
      title: 'Demo request',
      fields: { Seats: 5, Tools: ['a', 'b'], Newsletter: false, Phone: null, Note: ' ' },
      message: 'Please <call>.',
    });
    expect(payload.record).toEqual(ada);
    expect(payload.effects.map(({ kind, record }) => `${kind} ${record.objectType}`)).toEqual([
      'contact.upsert contacts',
      'company.upsert companies',
      'association.create contacts',
      'deal.upsert deals',
      'association.create deals',
      'association.create deals',
      'activity.create contacts',
    ]);
    expect(bodiesOf(payload)).toEqual([
      '<p><strong>Demo request</strong></p><p>Seats: 5<br>Tools: a, b<br>Newsletter: no<br><br>Please &lt;call&gt;.</p>',
    ]);
  });

  it('needs no more than a contact', () => {
    expect(submissionPayload({ contact: ada }).effects.map(({ kind }) => kind)).toEqual([
      'contact.upsert',
      'activity.create',
    ]);
  });
});
