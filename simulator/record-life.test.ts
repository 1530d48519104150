import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from './test-client.ts';

const MS_PER_DAY = 86_400_000;

let portal: TestPortal;
let id: string;
beforeEach(async () => {
  portal = await startPortal({ behaviour: { recordHistory: true } });
  [id = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
  await portal.call('DELETE', `${CONTACTS}/${id}`);
});
afterEach(() => portal.simulator.stop());

const get = (query = '') => portal.call('GET', `${CONTACTS}/${id}${query}`);

describe('an archived record', () => {
  it('comes back with its values and is found by its address again', async () => {
    expect((await portal.admin('POST', `restore/contacts/${id}`)).body).toMatchObject({
      id,
      archived: false,
    });
    expect((await get()).body).toMatchObject({ archived: false, properties: { email: 'a@example.com' } });
    const byEmail = await portal.call('GET', `${CONTACTS}/a%40example.com?idProperty=email`);
    expect(byEmail.body.id).toBe(id);
    expect(portal.simulator.state().counts.contacts).toEqual({ live: 1, archived: 0 });
    expect(portal.simulator.history('contacts', id).map(({ kind }) => kind)).toEqual([
      'create',
      'archive',
      'restore',
    ]);
  });

  it('does not come back while another contact has its address', async () => {
    const [other] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    expect(() => portal.simulator.restore('contacts', id)).toThrow(`its email is now of ${other}`);
    expect((await get('?archived=true')).status).toBe(200);
  });

  it('cannot be restored twice', () => {
    portal.simulator.restore('contacts', id);
    expect(() => portal.simulator.restore('contacts', id)).toThrow('no archived contacts');
  });

  it('stays for 90 days and is gone then', async () => {
    portal.simulator.setClock({ advanceMs: 89 * MS_PER_DAY });
    expect((await get('?archived=true')).status).toBe(200);
    portal.simulator.setClock({ advanceMs: MS_PER_DAY });
    expect((await get('?archived=true')).status).toBe(404);
    expect(() => portal.simulator.restore('contacts', id)).toThrow('no archived contacts');
    const read = await portal.call('POST', `${CONTACTS}/batch/read?archived=true`, { inputs: [{ id }] });
    expect(read.body.results).toEqual([]);
  });
});
