import { describe, expect, it } from 'vitest';
import { account, consent, objects, owners, pipelines, VERSIONS } from './paths.ts';
import { make, UNKNOWN_ID } from './record-calls.ts';
import { useSubject } from './subject.ts';

const portal = useSubject();

describe.each(VERSIONS)('with %s', (version) => {
  it('the account tells its id, kind, zone and currency', async () => {
    const { status, body } = await portal.call('GET', account(version));
    expect(status).toBe(200);
    expect(body.portalId).toBe(portal.portalId);
    expect(['STANDARD', 'DEVELOPER_TEST', 'SANDBOX', 'APP_DEVELOPER']).toContain(body.accountType);
    expect(() => new Intl.DateTimeFormat('en', { timeZone: String(body.timeZone) })).not.toThrow();
    expect(body.companyCurrency).toMatch(/^[A-Z]{3}$/);
    expect(body.utcOffset).toMatch(/^[+-]\d\d:\d\d$/);
    expect(typeof body.utcOffsetMilliseconds).toBe('number');
  });

  it('owners tell who they are', async () => {
    const { status, body } = await portal.call('GET', owners(version));
    expect(status).toBe(200);
    for (const owner of body.results)
      expect(owner).toMatchObject({ id: expect.stringMatching(/^\d+$/), archived: false, type: 'PERSON' });
    expect(body.results.length).toBeGreaterThan(0);
  });

  it('owners are found by id, user id and address', async () => {
    const { body } = await portal.call('GET', `${owners(version)}?limit=1`);
    const [owner] = body.results;
    expect((await portal.call('GET', `${owners(version)}/${owner?.id}`)).body.id).toBe(owner?.id);
    const byUser = await portal.call('GET', `${owners(version)}/${owner?.userId}?idProperty=userId`);
    expect(byUser.body.id).toBe(owner?.id);
    const byAddress = await portal.call(
      'GET',
      `${owners(version)}?email=${encodeURIComponent(String(owner?.email))}`,
    );
    expect(byAddress.body.results.map(({ id }) => id)).toEqual([owner?.id]);
  });

  it('an owner who does not exist is 404', async () => {
    expect((await portal.call('GET', `${owners(version)}/${UNKNOWN_ID}`)).status).toBe(404);
  });

  it('owners are at most 500 a page', async () => {
    expect((await portal.call('GET', `${owners(version)}?limit=500`)).status).toBe(200);
    expect((await portal.call('GET', `${owners(version)}?limit=501`)).status).toBe(400);
  });

  it('the deal pipeline of new portals has its stages, with text as metadata', async () => {
    const { body } = await portal.call('GET', `${pipelines(version, 'deals')}/default`);
    const stages = body.stages as { id: string; metadata: Record<string, string> }[];
    expect(stages.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'appointmentscheduled',
        'qualifiedtobuy',
        'contractsent',
        'closedwon',
        'closedlost',
      ]),
    );
    const won = stages.find(({ id }) => id === 'closedwon');
    expect(won?.metadata).toMatchObject({ isClosed: 'true', probability: '1.0' });
  });

  it('the ticket pipeline of new portals is 0, with stages 1 to 4', async () => {
    const { body } = await portal.call('GET', `${pipelines(version, 'tickets')}/0`);
    expect((body.stages as { id: string }[]).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['1', '2', '3', '4']),
    );
  });

  it('a pipeline is made with ids of digits, renamed and removed', async () => {
    const path = pipelines(version, 'deals');
    const label = portal.name('pipeline');
    const made = await portal.call('POST', path, {
      label,
      displayOrder: 9,
      stages: [{ label: 'Open', displayOrder: 0, metadata: { probability: '0.5' } }],
    });
    expect(made, made.text).toMatchObject({ status: 201, body: { label, archived: false } });
    expect(made.body.id).toMatch(/^\d+$/);
    const renamed = await portal.call('PATCH', `${path}/${made.body.id}`, { label: `${label}_2` });
    expect(renamed).toMatchObject({ status: 200, body: { label: `${label}_2` } });
    expect((await portal.call('DELETE', `${path}/${made.body.id}`)).status).toBe(204);
  });

  it('the kinds of e-mail are told', async () => {
    const { status, body } = await portal.call('GET', `${consent(version)}/definitions`);
    expect(status).toBe(200);
    const kinds = (body.results ?? body.subscriptionDefinitions) as { id: unknown; name: unknown }[];
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds) expect(kind).toMatchObject({ id: expect.anything(), name: expect.any(String) });
  });
});

describe('the account', () => {
  it.each([
    ['2026-09', true],
    ['2026-03', false],
    ['v3', false],
  ] as const)('tells its name and age with %s: %s', async (version, told) => {
    const { body } = await portal.call('GET', account(version));
    expect('portalName' in body && 'createdAt' in body).toBe(told);
  });

  it('tells how much of the day is used', async () => {
    const { status, body } = await portal.call('GET', '/account-info/2026-09/api-usage/daily/private-apps');
    expect(status).toBe(200);
    expect(body.results[0]).toMatchObject({
      name: expect.any(String),
      usageLimit: expect.any(Number),
      currentUsage: expect.any(Number),
      resetsAt: expect.stringMatching(/^\d{4}-/),
    });
  });
});

describe('a pipeline in use', () => {
  it('is not removed since 2026-09, unless the query says so', async () => {
    const path = pipelines('2026-09', 'deals');
    const { body } = await portal.call('POST', path, {
      label: portal.name('used'),
      displayOrder: 9,
      stages: [{ label: 'Open', displayOrder: 0, metadata: { probability: '0.5' } }],
    });
    const [stage] = body.stages as { id: string }[];
    const deal = await make(portal, 'deals', {
      dealname: portal.name('deal'),
      pipeline: body.id,
      dealstage: String(stage?.id),
    });
    expect((await portal.call('DELETE', `${path}/${body.id}`)).status).toBe(400);
    await portal.call('DELETE', `${objects('2026-09', 'deals')}/${deal.id}`);
    const query = 'validateReferencesBeforeDelete=false&validateDealStageUsagesBeforeDelete=false';
    expect((await portal.call('DELETE', `${path}/${body.id}?${query}`)).status).toBe(204);
  });
});
