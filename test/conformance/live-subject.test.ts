import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { readLiveSettings } from './live-settings.ts';
import { openLiveSubject } from './live-subject.ts';
import { objects } from './paths.ts';
import { simulatorOnly } from './subject.ts';

const DETAILS = '/account-info/2026-09/details';

simulatorOnly('the portal is made to be of another kind', () => {
  let simulator: Simulator;
  const start = async (accountType: 'STANDARD' | 'DEVELOPER_TEST' | 'SANDBOX') => {
    simulator = await startSimulator({ limits: 'none', account: { accountType } });
  };
  const open = (more: object = {}) =>
    openLiveSubject({
      url: simulator.url,
      formsUrl: simulator.url,
      token: simulator.token,
      sandboxAllowed: false,
      callsPerSecond: 1_000,
      ...more,
    });
  const asked = () => simulator.journal().map(({ path }) => path);
  beforeEach(() => start('STANDARD'));
  afterEach(() => simulator.stop());

  it('an account that is in use is refused after one question, and nothing is written', async () => {
    await expect(open()).rejects.toThrow(/is of type STANDARD.* Nothing was written\.$/);
    expect(asked()).toEqual([DETAILS]);
    expect(simulator.journal()[0]?.method).toBe('GET');
  });

  it('a sandbox is refused unless it is allowed', async () => {
    await simulator.stop();
    await start('SANDBOX');
    await expect(open()).rejects.toThrow(/HUBSPOT_LIVE_SANDBOX=1/);
    expect(asked()).toEqual([DETAILS]);
    const subject = await open({ sandboxAllowed: true });
    expect(subject.kind).toBe('live');
  });

  it('a token that is not accepted is told without the token', async () => {
    const refusal = await open({ token: 'pat-na1-secret' }).catch((error: unknown) => String(error));
    expect(refusal).toMatch(/answered 401/);
    expect(refusal).not.toContain('secret');
  });

  describe('in a developer test account', () => {
    beforeEach(async () => {
      await simulator.stop();
      await start('DEVELOPER_TEST');
    });

    it('what was made is removed at the end, the last first', async () => {
      const subject = await open();
      const contacts = objects('2026-09', 'contacts');
      await subject.call('POST', '/crm/properties/2026-09/contacts/groups', { name: 'a', label: 'A' });
      const property = { name: 'b', label: 'B', groupName: 'a', type: 'string', fieldType: 'text' };
      await subject.call('POST', '/crm/properties/2026-09/contacts', property);
      await subject.call('POST', contacts, { properties: { email: 'one@example.com' } });
      await subject.call('POST', `${contacts}/batch/upsert`, {
        inputs: ['one@example.com', 'two@example.com'].map((id) => ({
          id,
          idProperty: 'email',
          properties: {},
        })),
      });
      await subject.close();
      const deletions = simulator.journal().filter(({ method }) => method === 'DELETE');
      expect(deletions.map(({ path, status }) => [path, status])).toEqual([
        [expect.stringMatching(/contacts\/\d+$/), 204],
        [expect.stringMatching(/contacts\/\d+$/), 204],
        ['/crm/properties/2026-09/contacts/b', 204],
        ['/crm/properties/2026-09/contacts/groups/a', 204],
      ]);
      expect(simulator.records('contacts').filter((record) => !record.archived)).toEqual([]);
    });

    it('what cannot be removed is told', async () => {
      const subject = await open();
      const { body } = await subject.call('POST', objects('2026-09', 'contacts'), {
        properties: { email: 'one@example.com' },
      });
      simulator.addFaults([{ do: 'status', status: 500, match: { method: 'DELETE', path: '.' } }]);
      await expect(subject.close()).rejects.toThrow(`contacts/${body.id} (500)`);
    });

    it('calls keep their pace', async () => {
      const subject = await open({ callsPerSecond: 50 });
      const start = performance.now();
      await Promise.all(Array.from({ length: 6 }, () => subject.call('GET', DETAILS)));
      // Five gaps of 20 ms; timers may fire up to a millisecond early.
      expect(performance.now() - start).toBeGreaterThan(95);
    });
  });
});

describe('the settings of a live run', () => {
  it('are none without a token', () => {
    expect(readLiveSettings({})).toBeUndefined();
    expect(readLiveSettings({ HUBSPOT_LIVE_TOKEN: '' })).toBeUndefined();
  });

  it('are the safe ones by default', () => {
    expect(readLiveSettings({ HUBSPOT_LIVE_TOKEN: 't' })).toEqual({
      token: 't',
      url: 'https://api.hubapi.com',
      formsUrl: 'https://api.hsforms.com',
      sandboxAllowed: false,
      callsPerSecond: 8,
    });
  });

  it.each([
    [{ HUBSPOT_LIVE_URL: 'http://127.0.0.1:1/' }, 'http://127.0.0.1:1'],
    [{ HUBSPOT_LIVE_FORMS_URL: 'https://forms.example.com/' }, 'https://forms.example.com'],
  ])('send filled forms by %o to %s', (environment, formsUrl) => {
    expect(readLiveSettings({ HUBSPOT_LIVE_TOKEN: 't', ...environment })).toMatchObject({ formsUrl });
  });

  it('refuse a pace that is none', () => {
    expect(() =>
      readLiveSettings({ HUBSPOT_LIVE_TOKEN: 't', HUBSPOT_LIVE_CALLS_PER_SECOND: 'fast' }),
    ).toThrow(/HUBSPOT_LIVE_CALLS_PER_SECOND/);
  });
});
