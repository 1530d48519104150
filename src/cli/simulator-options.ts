import { resolve } from 'node:path';
import type { SimulatorOptions } from '../../simulator/index.ts';
import { suggestion } from '../config/nearest-name.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { usageError } from './command.ts';

/** The simulator's module: loaded only by the command that runs it. */
export type SimulatorModule = typeof import('../../simulator/index.ts');

/** What the command line of `spoke simulator` gives. */
export interface SimulatorArguments {
  port: string;
  host: string;
  portalId: string;
  token?: string;
  tier: string;
  limits: string;
  journal?: string;
  state?: string;
  seed?: string;
  contacts?: string;
  companies?: string;
  deals?: string;
  faults?: string;
  faultPreset: string[];
  searchLag?: string;
  webhookUrl?: string;
  clientSecret?: string;
  switch: string[];
  json?: boolean;
}

/** The app that `--webhook-url` belongs to: the one of the first token, so that its own writes are told as its own. */
const WEBHOOK_APP = 1_001;

/** The options that the simulator is started with. Throws USAGE_INVALID, or the simulator's own SetupError. */
export function simulatorOptions(
  given: SimulatorArguments,
  cwd: string,
  simulator: SimulatorModule,
): SimulatorOptions {
  const { TIERS, readFaultPlan, parseFaultPlan } = simulator;
  const plan = given.faults === undefined ? { faults: [] } : readFaultPlan(resolve(cwd, given.faults));
  const presets = given.faultPreset.map((name) =>
    oneOf('--fault-preset', name, simulator.FAULT_PRESET_NAMES),
  );
  const faults = [...plan.faults, ...parseFaultPlan({ presets }).faults];
  return {
    port: wholeNumber('--port', given.port, 0, 65_535),
    host: given.host,
    portalId: wholeNumber('--portal-id', given.portalId, 1),
    tier: oneOf('--tier', given.tier, Object.keys(TIERS) as (keyof typeof TIERS)[]),
    limits: oneOf('--limits', given.limits, ['default', 'none'] as const),
    behaviour: switches(given, simulator),
    faults,
    ...(plan.holdAfterApply && { holdAfterApply: plan.holdAfterApply }),
    ...(given.token === undefined ? {} : { token: given.token }),
    ...(given.journal === undefined ? {} : { journalFile: resolve(cwd, given.journal) }),
    ...(given.state === undefined ? {} : { stateFile: resolve(cwd, given.state) }),
    ...(given.seed === undefined ? {} : { seed: wholeNumber('--seed', given.seed, 0) }),
    ...webhooks(given),
  };
}

/** How many made-up records were asked for; undefined: none. */
export function seedOf(given: SimulatorArguments): Record<string, number> | undefined {
  const counts = ['contacts', 'companies', 'deals', 'seed'] as const;
  const seed: Record<string, number> = {};
  for (const name of counts) {
    const text = given[name];
    if (text !== undefined) seed[name] = wholeNumber(`--${name}`, text, 0);
  }
  const { seed: _, ...asked } = seed;
  return Object.keys(asked).length > 0 ? seed : undefined;
}

function switches(given: SimulatorArguments, { SWITCH_NAMES, readSwitch }: SimulatorModule) {
  const lag =
    given.searchLag === undefined ? [] : [`searchLag=${wholeNumber('--search-lag', given.searchLag, 0)}`];
  return Object.assign(
    {},
    ...[...lag, ...given.switch].map((text) => {
      const place = text.indexOf('=');
      if (place < 1) throw usageError(`--switch must be name=value, was ${JSON.stringify(text)}.`);
      const name = text.slice(0, place);
      if (!SWITCH_NAMES.includes(name))
        throw usageError(`There is no switch ${JSON.stringify(name)}.${suggestion(name, SWITCH_NAMES)}`);
      return readSwitch(name, text.slice(place + 1));
    }),
  ) as NonNullable<SimulatorOptions['behaviour']>;
}

function webhooks({ webhookUrl, clientSecret }: SimulatorArguments): Pick<SimulatorOptions, 'webhooks'> {
  if (webhookUrl === undefined) {
    if (clientSecret === undefined) return {};
    throw usageError('--client-secret signs webhooks: give --webhook-url too.');
  }
  if (!URL.canParse(webhookUrl) || !/^https?:$/.test(new URL(webhookUrl).protocol))
    throw usageError(`--webhook-url must be an http or https address, was ${JSON.stringify(webhookUrl)}.`);
  const app = { appId: WEBHOOK_APP, targetUrl: webhookUrl };
  return { webhooks: [clientSecret === undefined ? app : { ...app, clientSecret }] };
}
