import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from './test-client.ts';

const NOW = Date.UTC(2026, 5, 1);

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ clock: { now: () => NOW } });
});
afterEach(() => portal.simulator.stop());

const records = (type: string) => portal.simulator.records(type);

it('makes as many as asked, with companies and deals for them', async () => {
  expect((await portal.admin('POST', 'seed', { contacts: 80 })).body).toEqual({
    contacts: 80,
    companies: 10,
    deals: 8,
  });
  const { counts } = portal.simulator.state();
  expect(counts).toMatchObject({ contacts: { live: 80 }, companies: { live: 10 }, deals: { live: 8 } });
});

it('the same seed makes the same portal, another one another', async () => {
  portal.simulator.seed({ contacts: 50, seed: 3 });
  const first = records('contacts');
  portal.simulator.reset();
  portal.simulator.seed({ contacts: 50, seed: 3 });
  expect(records('contacts')).toEqual(first);
  portal.simulator.reset();
  portal.simulator.seed({ contacts: 50, seed: 4 });
  expect(records('contacts')).not.toEqual(first);
});

it('more can be made on top, no address twice', () => {
  portal.simulator.seed({ contacts: 60 });
  portal.simulator.seed({ contacts: 60 });
  const emails = records('contacts').map(({ properties }) => properties.email);
  expect(new Set(emails).size).toBe(120);
});

it('addresses are kept free for examples', () => {
  portal.simulator.seed({ contacts: 200 });
  for (const { properties } of records('contacts'))
    expect(properties.email).toMatch(/^[a-z]+\.[a-z]+\.\d+@([a-z0-9-]+\.)?example\.com$/);
  for (const { properties } of records('companies')) expect(properties.domain).toMatch(/\.example\.com$/);
});

it('values are what the API would take', async () => {
  portal.simulator.seed({ contacts: 200 });
  for (const type of ['contacts', 'companies', 'deals']) {
    const { body } = await portal.call('GET', `/crm/properties/2026-09/${type}`);
    const writable = new Set(
      body.results
        .filter(
          ({ modificationMetadata }) => !(modificationMetadata as { readOnlyValue: boolean }).readOnlyValue,
        )
        .map(({ name }) => name),
    );
    const known = new Set(body.results.map(({ name }) => name));
    portal.simulator.setBehaviour({ nullValues: 'refuse' });
    for (const { properties } of records(type)) {
      for (const name of Object.keys(properties)) expect(known).toContain(name);
      const values = Object.entries(properties).filter(([name]) => writable.has(name) && name !== 'email');
      const key = type === 'contacts' ? [['email', `copy.${properties.email}`]] : [];
      const copy = Object.fromEntries([...values, ...key]);
      expect(portal.simulator.insert(type, [copy])).toHaveLength(1);
    }
  }
});

it('people are spread over stages, years and companies', () => {
  portal.simulator.seed({ contacts: 1_000 });
  const contacts = records('contacts');
  const stages = new Set(contacts.map(({ properties }) => properties.lifecyclestage));
  expect(stages.size).toBeGreaterThan(5);
  const created = contacts.map(({ createdAt }) => Date.parse(createdAt));
  expect(created).toEqual([...created].sort((one, other) => one - other));
  expect(new Set(created.map((at) => new Date(at).getUTCFullYear())).size).toBeGreaterThan(3);
  expect(Math.max(...created)).toBeLessThanOrEqual(NOW);
  const employed = contacts.filter(({ associations }) => associations.companies);
  expect(employed.length).toBeGreaterThan(600);
  expect(employed.length).toBeLessThan(800);
  expect(contacts.some(({ createdAt, updatedAt }) => updatedAt > createdAt)).toBe(true);
  const sizes = contacts.map(({ properties }) => Object.keys(properties).length);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeGreaterThan(18);
});

it('is found by search', async () => {
  portal.simulator.seed({ contacts: 30 });
  const { body } = await portal.call('POST', '/crm/objects/2026-09/contacts/search', { limit: 1 });
  expect(body.total).toBe(30);
});

it('a number that is none is refused', async () => {
  const { status, text } = await portal.admin('POST', 'seed', { contacts: -1 });
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('contacts') });
});
