import { afterAll, beforeAll, expect, test } from 'vitest';
import { PORTAL_TOKEN, type PortalProcess, startPortal } from './portal-process.ts';

let portal: PortalProcess;

beforeAll(async () => {
  portal = await startPortal({ seed: 1, limit: 190 });
});

afterAll(async () => {
  await portal?.stop();
});

test('evidence shows contacts with their writes, notes on their contact, and the calls', async () => {
  await upsert('ada@chaos.example.com', 1);
  const { results } = await upsert('ada@chaos.example.com', 2);
  const contactId = results[0]?.id;
  await post('/crm/objects/2026-09/notes/batch/create', {
    inputs: [
      {
        properties: { hs_timestamp: '2026-01-01T00:00:00.000Z', hs_note_body: 'chaos-note-1;' },
        associations: [
          {
            to: { id: contactId },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }],
          },
        ],
        objectWriteTraceId: '1',
      },
    ],
  });
  const evidence = await portal.evidence();
  const contact = evidence.contacts.find(({ id }) => id === contactId);
  expect(contact).toMatchObject({
    properties: { email: 'ada@chaos.example.com', chaos_seq: '2' },
    archived: false,
  });
  expect(evidence.writes.get(contactId ?? '')?.map((write) => write.properties.chaos_seq)).toEqual([
    '1',
    '2',
  ]);
  expect(evidence.notes).toMatchObject([
    { properties: { hs_note_body: 'chaos-note-1;' }, contactIds: [contactId] },
  ]);
  expect(evidence.calls.at(-1)).toMatchObject({ worker: 'w-test', applied: true });
});

test('a held write names the worker that sent it, and the answer waits for the release', async () => {
  await portal.hold({ path: 'batch/upsert', holdMs: 30_000, times: 1 });
  let answered = false;
  const answer = upsert('bob@chaos.example.com', 1).then(() => {
    answered = true;
  });
  const held = await portal.nextHeld(10_000);
  expect(held).toMatchObject({ worker: 'w-test' });
  expect(answered).toBe(false);
  await portal.releaseHold();
  await answer;
});

test('faults are played and their hits are counted', async () => {
  await portal.addFaults([
    { id: 'applied-502', match: { path: 'upsert' }, at: 'after-apply', do: 'status', status: 502, times: 1 },
  ]);
  await expect(upsert('eve@chaos.example.com', 1)).rejects.toThrow('502');
  expect(await portal.faultHits()).toEqual({ 'applied-502': 1 });
  await portal.clearFaults();
  expect(await portal.faultHits()).toEqual({});
});

interface BatchAnswer {
  readonly results: readonly { readonly id: string }[];
}

function upsert(email: string, seq: number): Promise<BatchAnswer> {
  return post('/crm/objects/2026-09/contacts/batch/upsert', {
    inputs: [
      { id: email, idProperty: 'email', properties: { chaos_seq: String(seq) }, objectWriteTraceId: '1' },
    ],
  });
}

async function post(path: string, body: unknown): Promise<BatchAnswer> {
  const response = await fetch(`${portal.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${PORTAL_TOKEN}`,
      'content-type': 'application/json',
      'x-spoke-worker': 'w-test',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as BatchAnswer;
}
