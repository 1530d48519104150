import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal, upserts } from './test-client.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ behaviour: { companyFromEmailDomain: true, companyDelayMs: 2_000 } });
  portal.simulator.setClock({ frozen: true });
});
afterEach(() => portal.simulator.stop());

const write = (email: string, properties: Record<string, string> = {}) =>
  portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([[email, properties]]));
const wait = (ms: number) => portal.simulator.setClock({ advanceMs: ms });
const companies = () => portal.simulator.records('companies').map(({ properties }) => properties.domain);

describe('a portal that makes companies from addresses', () => {
  it('makes one after a while and links it as the primary company', async () => {
    const id = (await write('ada@acme.example.com')).body.results[0]?.id ?? '';
    wait(1_999);
    expect(companies()).toEqual([]);
    wait(1);
    expect(companies()).toEqual(['acme.example.com']);
    const [company] = portal.simulator.records('companies');
    expect(portal.simulator.record('contacts', id)).toMatchObject({
      properties: { associatedcompanyid: company?.id },
      associations: { companies: [{ id: company?.id }] },
    });
  });

  it('links the company that has the domain', async () => {
    const [known] = portal.simulator.insert('companies', [{ domain: 'https://www.Acme.example.com/about' }]);
    const id = (await write('ada@acme.example.com')).body.results[0]?.id ?? '';
    wait(2_000);
    expect(companies()).toEqual(['acme.example.com']);
    expect(portal.simulator.record('contacts', id)?.associations.companies).toMatchObject([{ id: known }]);
  });

  it('makes one company for all contacts of a domain', async () => {
    await write('ada@acme.example.com');
    await write('grace@acme.example.com');
    wait(2_000);
    expect(companies()).toEqual(['acme.example.com']);
  });

  it('makes a second one when a client was faster with its own under another domain', async () => {
    await write('ada@acme.example.com');
    portal.simulator.insert('companies', [{ name: 'Acme' }]);
    wait(2_000);
    expect(companies()).toEqual([undefined, 'acme.example.com']);
  });

  it.each(['ada@gmail.com', 'ada@web.de'])('makes none from %s', async (email) => {
    await write(email);
    wait(2_000);
    expect(companies()).toEqual([]);
  });

  it('leaves contacts alone that are gone, and writes without an address', async () => {
    const id = (await write('ada@acme.example.com')).body.results[0]?.id ?? '';
    await portal.call('DELETE', `${CONTACTS}/${id}`);
    await portal.call('POST', CONTACTS, { properties: { firstname: 'Ada' } });
    wait(2_000);
    expect(companies()).toEqual([]);
  });

  it('does so only when it is set to', async () => {
    portal.simulator.setBehaviour({ companyFromEmailDomain: false });
    await write('ada@acme.example.com');
    wait(2_000);
    expect(companies()).toEqual([]);
  });
});
