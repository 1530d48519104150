import { describe, expect, it } from 'vitest';
import { reply, scriptedTransport } from '../../../test/support/scripted-transport.ts';
import type { Exchange } from '../exchange.ts';
import { createRecords } from '../records.ts';
import { findByLookup, ownsAddress } from './find-contact.ts';

const BY_EMAIL = { by: 'email', id: 'old@example.com', idProperty: 'email' } as const;
const NOT_FOUND = reply(404, { category: 'OBJECT_NOT_FOUND' });

function contact(id: string, email: string, additional: string | null) {
  return { id, properties: { email, hs_additional_emails: additional }, archived: false };
}

function find(...script: Exchange[]) {
  const transport = scriptedTransport(...script);
  return { transport, found: findByLookup(createRecords(transport), BY_EMAIL, ['city'], undefined) };
}

describe('a contact whose additional address HubSpot does not look up by path', () => {
  it('is searched for, and recognised by the whole address', async () => {
    const results = [
      contact('1', 'x@example.com', 'very.old@example.com'),
      contact('2', 'ada@example.com', 'a@example.com;Old@example.com'),
    ];
    const { transport, found } = find(NOT_FOUND, reply(200, { total: 2, results }));
    expect(await found).toMatchObject({ id: '2', matchedBy: 'secondary-email' });
    expect(transport.requests).toMatchObject([
      {
        path: '/crm/objects/2026-09/contacts/old%40example.com?idProperty=email&properties=city%2Cemail%2Chs_additional_emails',
      },
      {
        body: {
          filterGroups: [
            {
              filters: [
                {
                  propertyName: 'hs_additional_emails',
                  operator: 'CONTAINS_TOKEN',
                  value: 'old@example.com',
                },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('is not another one with a similar address', async () => {
    const results = [contact('1', 'x@example.com', 'very.old@example.com')];
    expect(await find(NOT_FOUND, reply(200, { total: 1, results })).found).toBeUndefined();
  });
});

it('a page of a proxy is no proof that there is no contact', async () => {
  const { found } = find(reply(404, undefined, { flaw: 'html' }));
  await expect(found).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
});

it.each([
  ['ada@example.com', true],
  ['old@example.com', true],
  ['older@example.com', false],
  ['', false],
])('a contact with two addresses owns %j: %s', (email, owns) => {
  const record = contact('1', 'Ada@example.com', 'a@example.com; old@example.com');
  expect(ownsAddress(record, email)).toBe(owns);
});
