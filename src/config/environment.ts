import { accessSync, constants } from 'node:fs';
import { SpokeError } from '../errors.ts';
import type { ConfigProblem } from './define-config.ts';
import { suggestion } from './nearest-name.ts';
import { VARIABLES, type Variable } from './variables.ts';

/** What a write of unknown end may need beyond its time-out to show at HubSpot, ms. */
const SETTLE_MARGIN_MS = 5_000;
/** A claim waits up to half of its lease at the gate; the call itself has to fit into the rest with some room. */
const LEASE_TIMEOUTS = 3;
const OWN_NAME = /^(?:SPOKE|HUBSPOT)_/;
/** Names that tests use for themselves. */
const TEST_NAME = /^SPOKE_TEST_/;
/** Kubernetes sets these in every pod beside a service that is called spoke or hubspot-something. */
const SERVICE_NAME = /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const SERVICE_PORT = { name: /_PORT$/, value: /^(?:tcp|udp|sctp):\/\// };
/** Tokens and passwords end up in the wrong variable now and then; they must not reach a log that way either. */
const MISPLACED_SECRETS = [/pat-[\w-]+/gi, /(?<=:\/\/)[^/@]*(?=@)/g];
const MAX_SHOWN = 80;

type Read = {
  readonly [Setting in keyof typeof VARIABLES]: (typeof VARIABLES)[Setting] extends Variable<infer T>
    ? T
    : never;
};

/** The environment, typed: durations in milliseconds, sizes in bytes, undefined where a variable without default is not set. */
export type Settings = Omit<Read, 'settleMs'> & { readonly settleMs: number };

/**
 * Reads the environment variables of the reference. An empty variable counts as not set.
 *
 * @throws SpokeError CONFIG_INVALID with every problem at once (`facts.problems`): values that do not fit, synonyms that
 * disagree, unknown `SPOKE_*` and `HUBSPOT_*` names, and what live delivery lacks.
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  isReadable: (path: string) => boolean = fileIsReadable,
): Settings {
  const problems: ConfigProblem[] = unknownNames(env);
  const values: Record<string, unknown> = {};
  for (const [setting, variable] of Object.entries(VARIABLES)) {
    values[setting] = readVariable(env, variable, problems);
  }
  const read = values as Read;
  problems.push(...problemsTogether(read, isReadable, problems));
  if (problems.length > 0) throw invalid(problems);
  return Object.freeze({ ...read, settleMs: read.settleMs ?? read.hubspotTimeoutMs + SETTLE_MARGIN_MS });
}

function readVariable(
  env: NodeJS.ProcessEnv,
  variable: Variable<unknown>,
  problems: ConfigProblem[],
): unknown {
  const given = [variable.name, ...(variable.synonyms ?? [])].flatMap((name) => {
    const text = env[name]?.trim();
    return text ? [{ name, text }] : [];
  });
  const [first, ...others] = given;
  if (first === undefined) {
    return variable.default === undefined ? undefined : variable.kind.read(variable.default);
  }
  const other = others.find(({ text }) => text !== first.text);
  if (other !== undefined) {
    problems.push({
      name: other.name,
      message: `differs from ${first.name}, which means the same: set one of them.`,
    });
  }
  const value = variable.kind.read(first.text);
  if (value === undefined) {
    problems.push({
      name: first.name,
      message: `${shown(variable, first.text)} must be ${variable.kind.rule}.`,
    });
  }
  return value;
}

/** What only shows when several variables are looked at together. */
function problemsTogether(
  read: Read,
  isReadable: (path: string) => boolean,
  found: readonly ConfigProblem[],
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = ({ name }: Variable<unknown>, message: string) => {
    if (!found.some((problem) => problem.name === name)) problems.push({ name, message });
  };
  const { hubspotToken, hubspotTokenFile, hubspotPortalId } = VARIABLES;
  if (read.hubspotToken !== undefined && read.hubspotTokenFile !== undefined) {
    report(hubspotTokenFile, `is set together with ${hubspotToken.name}: set one of them.`);
  } else if (read.hubspotTokenFile !== undefined && !isReadable(read.hubspotTokenFile)) {
    report(
      hubspotTokenFile,
      `${shown(hubspotTokenFile, read.hubspotTokenFile)} cannot be read: check path and permissions.`,
    );
  }
  const { hubspotAppSecret, hubspotAppSecretFile } = VARIABLES;
  const takesWebhooks = read.hubspotAppSecret !== undefined || read.hubspotAppSecretFile !== undefined;
  if (read.hubspotAppSecret !== undefined && read.hubspotAppSecretFile !== undefined) {
    report(hubspotAppSecretFile, `is set together with ${hubspotAppSecret.name}: set one of them.`);
  } else if (read.hubspotAppSecretFile !== undefined && !isReadable(read.hubspotAppSecretFile)) {
    report(
      hubspotAppSecretFile,
      `${shown(hubspotAppSecretFile, read.hubspotAppSecretFile)} cannot be read: check path and permissions.`,
    );
  }
  if (takesWebhooks && read.hubspotPortalId === undefined) {
    report(hubspotPortalId, 'is needed to take webhooks: set it, or leave the secret of the app out.');
  }
  if (read.leaseMs < LEASE_TIMEOUTS * read.hubspotTimeoutMs) {
    const seconds = (LEASE_TIMEOUTS * read.hubspotTimeoutMs) / 1_000;
    report(
      VARIABLES.leaseMs,
      `must be at least ${LEASE_TIMEOUTS} times HUBSPOT_TIMEOUT, here ${seconds}: within a lease a call waits for its turn and must still end.`,
    );
  }
  if (read.hubspotEnabled && read.hubspotSendLive) {
    const why = 'is needed to send live: set it, or HUBSPOT_SEND_LIVE=false for dry runs.';
    const tokenIsWrong = [hubspotToken, hubspotTokenFile].some((variable) => isReported(variable, found));
    if (read.hubspotToken === undefined && read.hubspotTokenFile === undefined && !tokenIsWrong) {
      report(hubspotToken, why);
    }
    if (read.hubspotPortalId === undefined) report(hubspotPortalId, why);
  }
  return problems;
}

function isReported(variable: Variable<unknown>, found: readonly ConfigProblem[]): boolean {
  return found.some(({ name }) => name === variable.name || variable.synonyms?.includes(name));
}

function unknownNames(env: NodeJS.ProcessEnv): ConfigProblem[] {
  const known = Object.values(VARIABLES).flatMap((variable: Variable<unknown>) => [
    variable.name,
    ...(variable.synonyms ?? []),
  ]);
  return Object.entries(env)
    .filter(([name, value]) => OWN_NAME.test(name) && !known.includes(name) && !isForeign(name, value ?? ''))
    .map(([name]) => ({
      name,
      message: `is not a known variable.${suggestion(name, known) || ' Remove it; the environment reference lists them all.'}`,
    }));
}

function isForeign(name: string, value: string): boolean {
  if (TEST_NAME.test(name) || SERVICE_NAME.test(name)) return true;
  return SERVICE_PORT.name.test(name) && SERVICE_PORT.value.test(value);
}

function shown(variable: Variable<unknown>, text: string): string {
  if (variable.secret) return `The value (${text.length} characters, not shown)`;
  const masked = MISPLACED_SECRETS.reduce((result, secret) => result.replace(secret, '…'), text);
  return JSON.stringify(masked.length > MAX_SHOWN ? `${masked.slice(0, MAX_SHOWN)}…` : masked);
}

function invalid(problems: readonly ConfigProblem[]): SpokeError {
  const lines = problems.map(({ name, message }) => `\n  ${name}: ${message}`).join('');
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new SpokeError('CONFIG_INVALID', `The environment has ${count}:${lines}`, { facts: { problems } });
}

function fileIsReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
