import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal } from './test-client.ts';

const LABELS = '/crm/associations/2026-09/contacts/companies/labels';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-links-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('links and labels are in the state file, and read back', async () => {
  const stateFile = join(folder, 'portal.ndjson');
  const before = await startPortal({ stateFile });
  const [contact = ''] = before.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  const [parent = '', child = ''] = before.simulator.insert('companies', [{ name: 'One' }, { name: 'Two' }]);
  const defined = await before.call('POST', LABELS, {
    label: 'Manager',
    inverseLabel: 'Managed by',
    name: 'manager',
  });
  const typeId = defined.body.results[0]?.typeId;
  await before.call('PUT', `/crm/v4/objects/contacts/${contact}/associations/companies/${parent}`, [
    { associationCategory: 'USER_DEFINED', associationTypeId: typeId },
    { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 },
  ]);
  await before.call('PUT', `/crm/v4/objects/companies/${child}/associations/companies/${parent}`, [
    { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 14 },
  ]);
  const records = before.simulator.records('companies');
  const labels = (await before.call('GET', LABELS)).body.results;
  expect(records[0]?.associations.contacts).toEqual([{ id: contact, typeIds: [2, 280, 2] }]);
  await before.simulator.stop();

  const after = await startPortal({ stateFile });
  expect(after.simulator.records('companies')).toEqual(records);
  expect((await after.call('GET', LABELS)).body.results).toEqual(labels);
  const next = await after.call('POST', LABELS, { label: 'Other', name: 'other' });
  expect(next.body.results[0]?.typeId).not.toBe(typeId);
  await after.simulator.stop();
});
