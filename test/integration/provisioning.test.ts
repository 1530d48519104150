import { describe, expect, it, onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { systemClock } from '../../src/clock.ts';
import type { PortalDefinition } from '../../src/config/portal-definition.ts';
import { retryReads } from '../../src/hubspot/retry-reads.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { createPortalApi, readPortal } from '../../src/provisioning/actual-portal.ts';
import { applyPlan } from '../../src/provisioning/apply-plan.ts';
import { desiredPortal } from '../../src/provisioning/desired-portal.ts';
import { planPortal } from '../../src/provisioning/plan-portal.ts';
import type { PortalPlan } from '../../src/provisioning/portal-plan.ts';

/** Everything that can be created, of three object types. */
const WANTED: PortalDefinition = {
  groups: { contacts: [{ name: 'rewards', label: 'Rewards' }] },
  properties: {
    contacts: [
      { name: 'driver_id', unique: true, group: 'rewards' },
      { name: 'nova', type: 'number', description: 'Points' },
      { name: 'wallets', fieldType: 'checkbox', options: ['apple', 'google'] },
      { name: 'vip', type: 'bool' },
      { name: 'joined', type: 'date' },
      { name: 'seen', type: 'datetime' },
      'favourite_place',
    ],
    deals: [{ name: 'redemption_id', unique: true }],
  },
  pipelines: {
    deals: [
      {
        label: 'Redemptions',
        stages: [
          { label: 'Requested', probability: 0.5 },
          { label: 'Redeemed', probability: 1 },
        ],
      },
      { label: 'Sales Pipeline', stages: [{ label: 'Parked', probability: 0.1 }] },
    ],
    tickets: [{ label: 'Fleet', stages: [{ label: 'New' }, { label: 'Done', ticketState: 'CLOSED' }] }],
  },
  lists: {
    contacts: [
      'App: drivers',
      {
        name: 'App: rich',
        filterBranch: {
          filterBranchType: 'OR',
          filterBranches: [
            {
              filterBranchType: 'AND',
              filterBranches: [],
              filters: [
                {
                  filterType: 'PROPERTY',
                  property: 'email',
                  operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' },
                },
              ],
            },
          ],
          filters: [],
        },
      },
    ],
  },
};
const CHANGES = 16;

/** A portal, and what provisioning does with it; waits between tries are skipped. */
async function setup(options: SimulatorOptions = {}) {
  const portal = await startSimulator({ limits: 'none', ...options });
  onTestFinished(() => portal.stop());
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const retry = retryReads({ random: () => 0 });
  const side = (token = portal.token) => {
    const transport = createTransport({
      baseUrl: portal.url,
      token: tokenFromText(token),
      log: silentLogger,
      timeoutMs: 2_000,
    });
    onTestFinished(() => transport.close());
    const api = createPortalApi(transport);
    return {
      api,
      async plan(wanted: PortalDefinition = WANTED) {
        const desired = desiredPortal(wanted);
        const actual = await readPortal(
          api,
          { desired, sampled: new Set(), staged: new Set() },
          { retry, clock },
        );
        return planPortal(desired, actual);
      },
      apply: (plan: PortalPlan, signal?: AbortSignal) =>
        applyPlan(plan, { api, retry, clock, ...(signal ? { signal } : {}) }),
    };
  };
  return { portal, side, ...side() };
}

/** Whatever else is there, nothing of the plan is missing. */
async function expectWhole({ plan }: { plan: () => Promise<PortalPlan> }): Promise<void> {
  expect((await plan()).changes).toEqual([]);
}

const outcomes = ({ steps }: Awaited<ReturnType<typeof applyPlan>>) => steps.map(({ outcome }) => outcome);
const writes = (portal: Simulator) =>
  portal.journal().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/lists/2026-09/all'));

describe('a plan that is applied', () => {
  it('creates everything in an empty portal, and then there is nothing to do', async () => {
    const { plan, apply } = await setup();
    const first = await plan();
    const report = await apply(first);
    expect(report.stopped).toBeUndefined();
    expect(outcomes(report)).toEqual(Array.from({ length: CHANGES }, () => 'applied'));
    expect(await plan()).toEqual({
      changes: [],
      findings: [expect.objectContaining({ kind: 'only-in-portal', name: 'Sales Pipeline' })],
    });
  });

  it('writes what the config says', async () => {
    const { api, plan, apply } = await setup();
    await apply(await plan());
    const there = new Map((await api.properties.expectList('contacts')).map((each) => [each.name, each]));
    expect(there.get('driver_id')).toMatchObject({
      label: 'Driver id',
      type: 'string',
      hasUniqueValue: true,
      groupName: 'rewards',
    });
    expect(there.get('wallets')).toMatchObject({
      type: 'enumeration',
      fieldType: 'checkbox',
      groupName: 'spoke',
      options: [
        { value: 'apple', label: 'Apple' },
        { value: 'google', label: 'Google' },
      ],
    });
    expect(there.get('vip')?.options.map(({ value }) => value)).toEqual(['true', 'false']);
    const pipelines = await api.pipelines.expectList('tickets');
    expect(pipelines.find(({ label }) => label === 'Fleet')?.stages).toMatchObject([
      { label: 'New', metadata: { ticketState: 'OPEN' } },
      { label: 'Done', metadata: { ticketState: 'CLOSED' } },
    ]);
  });

  it('sends one batch for the properties of an object type', async () => {
    const { portal, plan, apply } = await setup();
    const contacts = Array.from({ length: 150 }, (_, index) => `field_${index}`);
    await apply(await plan({ properties: { contacts } }));
    const paths = writes(portal).map(({ path }) => path.split('/').slice(-2).join('/'));
    expect(paths).toEqual(['contacts/groups', 'batch/create', 'batch/create']);
  });

  it('writes nothing the second time', async () => {
    const { portal, plan, apply } = await setup();
    await apply(await plan());
    const before = writes(portal).length;
    expect(await apply(await plan())).toEqual({ steps: [] });
    expect(writes(portal)).toHaveLength(before);
  });

  it('keeps the options that are there, hidden ones hidden, and adds new ones behind them', async () => {
    const { api, plan, apply } = await setup();
    const options = (values: string[]) => ({ properties: { contacts: [{ name: 'plan', options: values }] } });
    await apply(await plan(options(['free'])));
    await api.properties.patch('contacts', 'plan', {
      options: [
        { value: 'free', label: 'For nothing', displayOrder: 3 },
        { value: 'old', label: 'Old', displayOrder: 4, hidden: true },
      ],
    });
    await apply(await plan(options(['free', 'pro'])));
    const found = (await api.properties.expectList('contacts')).find(({ name }) => name === 'plan');
    expect(found?.options).toEqual([
      { value: 'free', label: 'For nothing', displayOrder: 3 },
      { value: 'old', label: 'Old', displayOrder: 4, hidden: true },
      { value: 'pro', label: 'Pro', displayOrder: 5 },
    ]);
  });

  it('reaches a custom object by its name', async () => {
    const { api, portal, plan, apply } = await setup();
    await fetch(`${portal.url}/crm-object-schemas/2026-09/schemas`, {
      method: 'POST',
      headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'cars',
        labels: { singular: 'Car', plural: 'Cars' },
        primaryDisplayProperty: 'plate',
        requiredProperties: ['plate'],
        properties: [{ name: 'plate', label: 'Plate', type: 'string', fieldType: 'text' }],
        associatedObjects: [],
      }),
    });
    const wanted = { properties: { cars: ['colour'] } };
    expect(outcomes(await apply(await plan(wanted)))).toEqual(['applied', 'applied']);
    const [schema] = await api.schemas.expectList();
    expect(schema?.properties.map(({ name }) => name)).toContain('colour');
    expect((await plan({ properties: { cras: ['colour'] } })).findings).toMatchObject([
      { kind: 'object-type-missing', message: expect.stringContaining('Did you mean cars?') },
    ]);
  });
});

describe('what is there in another shape', () => {
  it('is a finding, and left alone', async () => {
    const { api, plan, apply } = await setup();
    const foreign = { label: 'Nova', groupName: 'contactinformation', fieldType: 'text' };
    await api.properties.create('contacts', { ...foreign, name: 'nova', type: 'string' });
    await api.properties.create('contacts', { ...foreign, name: 'driver_id', type: 'string' });
    await api.properties.create('contacts', { ...foreign, name: 'vip', type: 'string' });
    await api.properties.archive('contacts', 'vip');
    const planned = await plan();
    expect(planned.findings.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'archived vip',
      'not-unique driver_id',
      'type-differs nova',
      'only-in-portal Sales Pipeline',
    ]);
    expect(outcomes(await apply(planned))).toEqual(Array.from({ length: CHANGES - 3 }, () => 'applied'));
    const found = await api.properties.expectList('contacts');
    expect(found.find(({ name }) => name === 'nova')).toMatchObject({ type: 'string' });
    expect(found.map(({ name }) => name)).not.toContain('vip');
  });

  it('is told when it came between plan and apply', async () => {
    const { api, plan, apply } = await setup();
    const wanted = { properties: { contacts: [{ name: 'nova', type: 'number' as const }] } };
    const planned = await plan(wanted);
    const foreign = { label: 'Nova', groupName: 'contactinformation', fieldType: 'text' };
    await api.properties.create('contacts', { ...foreign, name: 'nova', type: 'string' });
    expect((await apply(planned)).steps).toMatchObject([
      { outcome: 'applied' },
      {
        outcome: 'failed',
        reason: 'the portal’s nova is of the type string and the config says number',
      },
    ]);
  });

  it('does not keep the others of a batch back', async () => {
    const { portal, plan, apply } = await setup();
    const planned = await plan({ properties: { contacts: ['one', 'two', 'three'] } });
    portal.setBehaviour({ maxCustomProperties: 2 });
    const { steps, stopped } = await apply(planned);
    expect(stopped).toBeUndefined();
    expect(steps.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['applied', undefined],
      ['present', 'it was there already'],
      ['present', 'it was there already'],
      ['failed', expect.stringMatching(/^HubSpot answered 400: No more than 2 custom properties/)],
    ]);
  });
});

describe('an apply in trouble', () => {
  it.each([
    ['a 500 after each first write', { at: 'after-apply', do: 'status', status: 500 } as const, 'present'],
    ['a connection cut after each first write', { at: 'after-apply', do: 'reset' } as const, 'present'],
    ['half an answer to each first write', { at: 'after-apply', do: 'truncate' } as const, 'present'],
    ['a 429 before each first write', { do: 'edge429' } as const, 'applied'],
    ['a 503 before each first write', { do: 'status', status: 503 } as const, 'applied'],
  ])('gets through %s', async (_, fault, outcome) => {
    const { portal, plan, apply } = await setup();
    const planned = await plan();
    const once = (method: string, path: string) => ({ ...fault, match: { method, path }, times: 1 });
    portal.setFaults([
      once('POST', '/contacts/groups$'),
      once('POST', '/deals/groups$'),
      once('POST', '/properties/.*/batch/create$'),
      once('POST', '/pipelines/2026-09/deals$'),
      once('POST', '/stages$'),
      once('POST', '/lists/2026-09$'),
    ]);
    const report = await apply(planned);
    expect(report.stopped).toBeUndefined();
    expect(new Set(outcomes(report))).toEqual(new Set(['applied', outcome]));
    await expectWhole({ plan });
    const names = portal.lists().map(({ name }) => name);
    expect(names.sort()).toEqual(['App: drivers', 'App: rich']);
  });

  it('looks once for what a batch without an answer has made', async () => {
    const { portal, plan, apply } = await setup();
    const contacts = Array.from({ length: 100 }, (_, index) => `field_${index}`);
    const planned = await plan({ properties: { contacts } });
    const before = portal.journal().length;
    portal.setFaults([{ match: { path: '/batch/create$' }, at: 'after-apply', do: 'reset', times: 1 }]);
    const report = await apply(planned);
    expect(outcomes(report)).toEqual(['applied', ...contacts.map(() => 'present')]);
    const calls = portal.journal().slice(before);
    expect(calls.map(({ method, path }) => `${method} ${path.split('/').slice(5).join('/')}`)).toEqual([
      'POST groups',
      'POST batch/create',
      'GET ',
    ]);
  });

  it('stops when HubSpot answers no more, and the next one does the rest', async () => {
    const { portal, plan, apply } = await setup();
    const planned = await plan();
    portal.setFaults([{ match: { method: 'POST', path: '/pipelines/' }, do: 'status', status: 503 }]);
    const report = await apply(planned);
    expect(report.stopped).toEqual({ code: 'HUBSPOT_UNREACHABLE', message: expect.stringContaining('503') });
    expect(outcomes(report).filter((outcome) => outcome === 'applied')).toHaveLength(11);
    expect(outcomes(report).slice(11)).toEqual(Array.from({ length: CHANGES - 11 }, () => 'skipped'));
    portal.setFaults([]);
    expect(new Set(outcomes(await apply(await plan())))).toEqual(new Set(['applied']));
    await expectWhole({ plan });
  });

  it('names the scope that the token lacks, and stops', async () => {
    const { portal, side } = await setup();
    portal.addToken({
      token: 'pat-reader',
      scopes: [
        'crm.objects.contacts.read',
        'crm.objects.deals.read',
        'crm.objects.tickets.read',
        'crm.lists.read',
      ],
    });
    const { plan, apply } = side('pat-reader');
    const report = await apply(await plan());
    expect(report.stopped).toEqual({
      code: 'HUBSPOT_FORBIDDEN',
      message: expect.stringContaining('grant it the scope crm.schemas.contacts.write.'),
    });
    expect(new Set(outcomes(report))).toEqual(new Set(['skipped']));
  });

  it('does no harm beside another one', async () => {
    const { portal, plan, side } = await setup();
    const planned = await plan();
    const reports = await Promise.all([side().apply(planned), side().apply(planned), side().apply(planned)]);
    for (const report of reports) {
      expect(report.stopped).toBeUndefined();
      expect(outcomes(report)).not.toContain('failed');
    }
    await expectWhole({ plan });
    expect(portal.lists()).toHaveLength(2);
  });

  it('ends when it is told to, without the rest', async () => {
    const { plan, apply } = await setup();
    const planned = await plan();
    const report = await apply(planned, AbortSignal.abort());
    expect(new Set(outcomes(report))).toEqual(new Set(['skipped']));
    expect(report.stopped?.message).toContain('told to stop');
  });
});
