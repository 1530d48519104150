import { describe, expect, expectTypeOf, test } from 'vitest';
import { SpokeError } from '../errors.ts';
import type { ConfigProblem } from './define-config.ts';
import { readEnvironment, type Settings } from './environment.ts';
import { VARIABLES, type Variable } from './variables.ts';

const LIVE = {
  HUBSPOT_ENABLED: 'true',
  HUBSPOT_SEND_LIVE: 'true',
  HUBSPOT_PRIVATE_APP_TOKEN: 'pat-eu1-0000',
  HUBSPOT_PORTAL_ID: '123',
};

function refusal(env: NodeJS.ProcessEnv, isReadable?: () => boolean): SpokeError {
  try {
    readEnvironment(env, isReadable);
  } catch (error) {
    if (error instanceof SpokeError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}

function problemsOf(env: NodeJS.ProcessEnv, isReadable?: () => boolean): readonly ConfigProblem[] {
  const error = refusal(env, isReadable);
  expect(error.code).toBe('CONFIG_INVALID');
  return error.facts.problems as ConfigProblem[];
}

describe('values', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(readEnvironment({})).toMatchObject({
      databaseUrl: undefined,
      schema: 'spoke',
      dataDir: '.spoke/data',
      pollIntervalMs: 10_000,
      leaseMs: 30_000,
      drainTimeoutMs: 15_000,
      giveUpAfterMs: 86_400_000,
      maxPayloadBytes: 262_144,
      settleMs: 15_000,
      hubspotEnabled: false,
      hubspotSendLive: false,
      hubspotApiUrl: 'https://api.hubapi.com',
      hubspotTimeoutMs: 10_000,
      hubspotMaxRetries: 3,
      hubspotRetryDelayMs: 1_000,
      breakerThreshold: 5,
      breakerTimeoutMs: 120_000,
      hubspotRateLimit: 8,
    });
  });

  test.each<[string, string, keyof Settings, unknown]>([
    ['HUBSPOT_TIMEOUT', '2.5', 'hubspotTimeoutMs', 2_500],
    ['HUBSPOT_RETRY_DELAY', '250', 'hubspotRetryDelayMs', 250],
    ['SPOKE_GIVE_UP_AFTER', '0.5', 'giveUpAfterMs', 1_800_000],
    ['HUBSPOT_ENABLED', 'Yes', 'hubspotEnabled', true],
    ['HUBSPOT_ENABLED', '0', 'hubspotEnabled', false],
    ['HUBSPOT_RATE_LIMIT', ' 4.5 ', 'hubspotRateLimit', 4.5],
    ['HUBSPOT_API_URL', 'http://127.0.0.1:9400/', 'hubspotApiUrl', 'http://127.0.0.1:9400'],
    ['HUBSPOT_API_KEY', 'pat-eu1-0000', 'hubspotToken', 'pat-eu1-0000'],
    ['HUBSPOT_TOKEN', 'pat-eu1-0000', 'hubspotToken', 'pat-eu1-0000'],
    ['SPOKE_LOG_LEVEL', 'WARN', 'logLevel', 'warn'],
    ['SPOKE_SCHEMA', '', 'schema', 'spoke'],
    ['SPOKE_SETTLE', '0', 'settleMs', 0],
    ['DATABASE_URL', 'postgres://app@localhost/app', 'databaseUrl', 'postgres://app@localhost/app'],
  ])('%s=%s is read as %s', (name, text, setting, value) => {
    expect(readEnvironment({ [name]: text })[setting]).toBe(value);
  });

  test('the settle time follows the time-out unless it is set', () => {
    expect(readEnvironment({ HUBSPOT_TIMEOUT: '8' }).settleMs).toBe(13_000);
  });

  test('a lease too short for a call and its turn is refused', () => {
    expect(() => readEnvironment({ HUBSPOT_TIMEOUT: '20' })).toThrow(/SPOKE_LEASE: must be at least 3 times/);
    expect(readEnvironment({ HUBSPOT_TIMEOUT: '20', SPOKE_LEASE: '60' }).leaseMs).toBe(60_000);
  });

  test('settings are typed by the table', () => {
    expectTypeOf<Settings['pollIntervalMs']>().toEqualTypeOf<number>();
    expectTypeOf<Settings['settleMs']>().toEqualTypeOf<number>();
    expectTypeOf<Settings['databaseUrl']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Settings['hubspotPortalId']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Settings['logLevel']>().toEqualTypeOf<'debug' | 'info' | 'warn' | 'error' | 'silent'>();
  });

  test('every default of the table is valid', () => {
    for (const variable of Object.values<Variable<unknown>>(VARIABLES)) {
      if (variable.default !== undefined) {
        expect(variable.kind.read(variable.default), variable.name).toBeDefined();
      }
    }
  });
});

describe('problems', () => {
  test.each([
    ['HUBSPOT_TIMEOUT', 'abc'],
    ['HUBSPOT_TIMEOUT', '-1'],
    ['HUBSPOT_TIMEOUT', '0'],
    ['HUBSPOT_TIMEOUT', '1e3'],
    ['HUBSPOT_MAX_RETRIES', '2.5'],
    ['HUBSPOT_ENABLED', 'maybe'],
    ['HUBSPOT_API_URL', 'api.hubapi.com'],
    ['HUBSPOT_API_URL', 'ftp://api.hubapi.com'],
    ['HUBSPOT_PORTAL_ID', '0'],
    ['HUBSPOT_OWNER_ID', 'ada'],
    ['SPOKE_SCHEMA', 'pg_spoke'],
    ['SPOKE_SCHEMA', 'Spoke-1'],
    ['SPOKE_LOG_LEVEL', 'loud'],
  ])('%s=%s is refused with the value and the rule', (name, text) => {
    const [problem, ...others] = problemsOf({ [name]: text });
    expect(problem?.name).toBe(name);
    expect(problem?.message).toContain(`"${text}" must be `);
    expect(others).toEqual([]);
  });

  test('all of them come at once, one line each', () => {
    const error = refusal({ HUBSPOT_TIMEOUT: 'abc', SPOKE_LEASE: 'x', SPOKE_SCHMA: 'spoke' });
    expect(
      error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(':')[0]),
    ).toEqual(['SPOKE_SCHMA', 'SPOKE_LEASE', 'HUBSPOT_TIMEOUT']);
  });

  test('an unknown name is refused with the nearest known one', () => {
    expect(problemsOf({ HUBSPOT_TIMOUT: '3' })).toEqual([
      { name: 'HUBSPOT_TIMOUT', message: 'is not a known variable. Did you mean HUBSPOT_TIMEOUT?' },
    ]);
  });

  test('names of others, of tests and of Kubernetes services are left alone', () => {
    const env = {
      PATH: '/bin',
      SPOKE_TEST_ANYTHING: '1',
      SPOKE_SERVICE_HOST: '10.0.0.1',
      SPOKE_SERVICE_PORT_HTTP: '80',
      SPOKE_PORT: 'tcp://10.0.0.1:80',
      SPOKE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(readEnvironment(env)).toEqual(readEnvironment({}));
  });

  test('a port that is no Kubernetes address is an unknown name', () => {
    expect(problemsOf({ SPOKE_PORT: '8080' })).toMatchObject([{ name: 'SPOKE_PORT' }]);
  });

  test('synonyms of the token may agree and may not differ', () => {
    expect(readEnvironment({ HUBSPOT_API_KEY: 'a', HUBSPOT_TOKEN: 'a' }).hubspotToken).toBe('a');
    expect(problemsOf({ HUBSPOT_API_KEY: 'a', HUBSPOT_TOKEN: 'b' })).toEqual([
      { name: 'HUBSPOT_TOKEN', message: expect.stringContaining('HUBSPOT_API_KEY') },
    ]);
  });

  test('secrets are never shown, wherever they were put', () => {
    const secret = 'pat-eu1-1111-2222';
    const { message } = refusal({
      HUBSPOT_PRIVATE_APP_TOKEN: `${secret} x`,
      HUBSPOT_TOKEN: `${secret} y`,
      HUBSPOT_PRIVATE_APP_TOKEN_FILE: secret,
      HUBSPOT_PORTAL_ID: secret,
      HUBSPOT_API_URL: 'https://user:hunter2@example.com',
      DATABASE_URL: 'mysql://user:hunter2@example.com',
    });
    expect(message).not.toMatch(/1111|hunter2/);
    expect(message).toContain('DATABASE_URL');
  });
});

describe('live', () => {
  test('takes token and portal', () => {
    expect(readEnvironment(LIVE)).toMatchObject({ hubspotToken: 'pat-eu1-0000', hubspotPortalId: 123 });
  });

  test('needs both, and says so for both at once', () => {
    const { HUBSPOT_ENABLED, HUBSPOT_SEND_LIVE } = LIVE;
    expect(problemsOf({ HUBSPOT_ENABLED, HUBSPOT_SEND_LIVE }).map(({ name }) => name)).toEqual([
      'HUBSPOT_PRIVATE_APP_TOKEN',
      'HUBSPOT_PORTAL_ID',
    ]);
  });

  test('a dry run needs neither', () => {
    expect(readEnvironment({ HUBSPOT_ENABLED: 'true' }).hubspotEnabled).toBe(true);
  });

  test('a token file stands for the token', () => {
    const { HUBSPOT_PRIVATE_APP_TOKEN: _, ...others } = LIVE;
    const env = { ...others, HUBSPOT_PRIVATE_APP_TOKEN_FILE: '/run/secrets/hubspot' };
    expect(readEnvironment(env, () => true).hubspotTokenFile).toBe('/run/secrets/hubspot');
  });

  test('a token file that cannot be read is a problem', () => {
    expect(problemsOf({ HUBSPOT_PRIVATE_APP_TOKEN_FILE: '/nowhere/token' })).toEqual([
      {
        name: 'HUBSPOT_PRIVATE_APP_TOKEN_FILE',
        message: expect.stringContaining('"/nowhere/token" cannot be read'),
      },
    ]);
  });

  test('token and token file together are a problem', () => {
    const env = { ...LIVE, HUBSPOT_PRIVATE_APP_TOKEN_FILE: '/run/secrets/hubspot' };
    expect(problemsOf(env, () => true)).toMatchObject([{ name: 'HUBSPOT_PRIVATE_APP_TOKEN_FILE' }]);
  });

  test('a malformed token is one problem, not two', () => {
    expect(problemsOf({ ...LIVE, HUBSPOT_PRIVATE_APP_TOKEN: 'a b' })).toHaveLength(1);
  });
});

describe('the secret of an app that sends webhooks', () => {
  test('needs the portal whose events are taken', () => {
    expect(problemsOf({ HUBSPOT_APP_SECRET: 'app-secret' }).map(({ name }) => name)).toEqual([
      'HUBSPOT_PORTAL_ID',
    ]);
  });

  test('stands in a file or in the variable, not in both', () => {
    const env = {
      HUBSPOT_PORTAL_ID: '1',
      HUBSPOT_APP_SECRET: 'a',
      HUBSPOT_APP_SECRET_FILE: '/run/secrets/app',
    };
    expect(problemsOf(env, () => true)).toMatchObject([{ name: 'HUBSPOT_APP_SECRET_FILE' }]);
  });

  test('is a problem when its file cannot be read', () => {
    expect(problemsOf({ HUBSPOT_PORTAL_ID: '1', HUBSPOT_APP_SECRET_FILE: '/nowhere/app' })).toMatchObject([
      { name: 'HUBSPOT_APP_SECRET_FILE', message: expect.stringContaining('cannot be read') },
    ]);
  });
});
