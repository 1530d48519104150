export interface LiveSettings {
  /** Without a slash at the end. */
  url: string;
  /** Takes submissions of forms; without a slash at the end. */
  formsUrl: string;
  token: string;
  /** Whether a sandbox is good enough as well. */
  sandboxAllowed: boolean;
  callsPerSecond: number;
}

const HUBSPOT = 'https://api.hubapi.com';
const HUBSPOT_FORMS = 'https://api.hsforms.com';
/** Below the least of HubSpot's budgets, 100 in 10 s, which other callers of the portal use too. */
const CALLS_PER_SECOND = 8;

/** The portal to judge, from the environment; undefined without HUBSPOT_LIVE_TOKEN: the simulator is judged. */
export function readLiveSettings(env: NodeJS.ProcessEnv): LiveSettings | undefined {
  const token = env.HUBSPOT_LIVE_TOKEN;
  if (!token) return undefined;
  const callsPerSecond = Number(env.HUBSPOT_LIVE_CALLS_PER_SECOND ?? CALLS_PER_SECOND);
  if (!(callsPerSecond > 0))
    throw new Error(
      `HUBSPOT_LIVE_CALLS_PER_SECOND is "${env.HUBSPOT_LIVE_CALLS_PER_SECOND}": set a number above 0.`,
    );
  const url = withoutSlash(env.HUBSPOT_LIVE_URL ?? HUBSPOT);
  return {
    token,
    callsPerSecond,
    url,
    formsUrl: withoutSlash(env.HUBSPOT_LIVE_FORMS_URL ?? (url === HUBSPOT ? HUBSPOT_FORMS : url)),
    sandboxAllowed: env.HUBSPOT_LIVE_SANDBOX === '1',
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
