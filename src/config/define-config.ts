import type { z } from 'zod';
import { SpokeError } from '../errors.ts';
import { EFFECTS_EVENT, type EffectDraft, type RecordRef } from '../mapping/effects.ts';
import {
  RUNNING_KINDS,
  type RunningDefinitions,
  type RunningInput,
  type RunningValue,
} from '../mapping/running.ts';
import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { problemsOfForms } from './form-problems.ts';
import { FORM_EVENT, type FormDefinition } from './forms.ts';
import { type MirrorConfig, problemsOfMirror } from './mirror.ts';
import { suggestion } from './nearest-name.ts';
import type { PortalDefinition } from './portal-definition.ts';
import { findPortalProblems } from './portal-schema.ts';
import { problemsOfRules, type RedriveRule } from './redrive-rules.ts';
import { problemsOfCountedEvents } from './segments.ts';
import { UPLOAD_EVENT } from './uploads.ts';
import { problemsOfWebsite, type WebsiteConfig } from './website.ts';
import { problemsOfWriteBack, type WriteBackTable, type WriteBackTarget } from './write-back.ts';

export type { ConfigProblem } from './config-problem.ts';

/** Marks what `defineConfig` has checked; registered, so that two copies of this package recognise each other's configs. */
const CHECKED = Symbol.for('spoke.config');

/** As the outbox accepts it. */
const EVENT_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;

/** Names that begin so are Spoke's own. */
const OWN_PREFIXES = ['spoke.', 'upload.', FORM_EVENT];
const OWN_NAME = "Names that begin with spoke., form. or upload. are Spoke's own: take another.";

/** The keys of a config, with their meaning: checked by `defineConfig`, listed in the reference. */
export const CONFIG_KEYS = {
  events: 'The events that the application records, by name.',
  portal:
    'What the portal has to have: groups, properties, pipelines, lists. `spoke properties plan` shows what is missing, `spoke properties apply` creates it.',
  running:
    'Values over all events of a record, by name: count, sum, first, last, min or max of what the events add. Kept by Spoke, exact under repeats and redrives, and sent as absolute values.',
  writeBack:
    'Tables of the application, by a name of your choice, in which Spoke writes what became of their rows: table, and other names for columns and statuses.',
  leadTypes:
    'The events that `POST /internal/leads/resync-failed` puts back. Default: those whose name begins with lead.',
  mirror:
    'What of the portal is kept in Postgres, as a copy to read from: object types with their properties and links, members of lists.',
  redrive: 'Rules by which long dead events are put back by themselves. Default: none.',
  forms: 'Forms of the website, by name: what is asked, and what becomes of it at HubSpot.',
  website: 'How forms and files are taken from the web: origins, proxies, limits, challenges, uploads.',
} as const;

/** The keys of an event, with their meaning: checked by `defineConfig`, listed in the reference. */
export const EVENT_KEYS = {
  payload: 'A zod schema. A payload that does not fit makes the event a dead letter with the fields named.',
  record:
    'The record that the event is about. Events of one record are delivered in the order they were recorded.',
  effects:
    'What shall change at HubSpot: a list made with the builders below. Pure: the same event, the same effects.',
  adds: 'What the event adds to running values: { name: value }, from the payload and, as a second argument, { eventId, type, occurredAt }. null or undefined adds nothing; a count takes anything.',
  writeBack:
    'The row of the application that shows what became of the event: { table, key }, the table by its name under `writeBack`, the key as { column: value }.',
  aliases: 'Older names of the event that still arrive.',
  priority: '1 interactive, 5 normal (the default), 9 bulk. Used when `track` names none.',
  sample:
    'A made-up payload. Mapped once when the config is loaded, so that a mistake shows before the first event.',
} as const;

/** What an event's `effects` function knows besides the payload. */
export interface EventContext {
  readonly eventId: string;
  /** The name in the config, also when the event came under an alias. */
  readonly type: string;
  readonly occurredAt: Date;
  /** HUBSPOT_OWNER_ID. */
  readonly ownerId?: string;
  /** The running values of the event's record, this event included. */
  readonly running: Readonly<Record<string, RunningValue>>;
}

/** What an event's `adds` function knows besides the payload. */
export type AddsContext = Pick<EventContext, 'eventId' | 'type' | 'occurredAt'>;

export type Priority = 1 | 5 | 9;

export interface EventDefinition<
  Schema extends z.ZodType = z.ZodType,
  Aliases extends readonly string[] = readonly string[],
> {
  readonly payload: Schema;
  record(payload: z.output<Schema>): RecordRef;
  effects(payload: z.output<Schema>, context: EventContext): readonly EffectDraft[];
  adds?(payload: z.output<Schema>, context: AddsContext): Readonly<Record<string, RunningInput>>;
  writeBack?(payload: z.output<Schema>): WriteBackTarget;
  readonly aliases?: Aliases;
  readonly priority?: Priority;
  readonly sample?: z.input<Schema>;
}

export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

export interface SpokeConfig<Events extends EventDefinitions = EventDefinitions> {
  readonly events: Events;
  readonly portal?: PortalDefinition;
  readonly running?: RunningDefinitions;
  readonly writeBack?: Readonly<Record<string, WriteBackTable>>;
  readonly leadTypes?: readonly string[];
  readonly redrive?: readonly RedriveRule[];
  readonly mirror?: MirrorConfig;
  readonly forms?: Readonly<Record<string, FormDefinition>>;
  readonly website?: WebsiteConfig;
}

/** The names that `track` takes: those of the events and their aliases. */
export type EventTypes<Config extends SpokeConfig> = {
  [Name in keyof Config['events'] & string]: Name | AliasesOf<Config['events'][Name]>;
}[keyof Config['events'] & string];

/** What `track` takes as payload of an event, before the schema's defaults and conversions. */
export type PayloadOf<Config extends SpokeConfig, Type extends EventTypes<Config>> = {
  [Name in keyof Config['events'] & string]: Type extends Name | AliasesOf<Config['events'][Name]>
    ? z.input<Config['events'][Name]['payload']>
    : never;
}[keyof Config['events'] & string];

/** An event without aliases is typed as if it had any: that must not make every text a known name. */
type AliasesOf<Event> = Event extends { readonly aliases?: readonly (infer Alias extends string)[] }
  ? string extends Alias
    ? never
    : Alias
  : never;

/** Describes one event; the payload's type flows from its schema into `record` and `effects`. */
export function defineEvent<Schema extends z.ZodType, const Aliases extends readonly string[] = readonly []>(
  definition: EventDefinition<Schema, Aliases>,
): EventDefinition<Schema, Aliases> {
  return definition;
}

/**
 * Describes what the application records and what becomes of it at HubSpot. To be the default export of spoke.config.ts.
 *
 * @throws SpokeError CONFIG_INVALID with every problem of the config.
 */
export function defineConfig<const Events extends EventDefinitions>(
  config: SpokeConfig<Events>,
): SpokeConfig<Events> {
  const problems = findProblems(config);
  if (problems.length > 0) {
    const lines = problems.map(({ name, message }) => `\n  ${name}: ${message}`).join('');
    throw new SpokeError('CONFIG_INVALID', `The config has ${count(problems.length)}:${lines}`, {
      facts: { problems },
    });
  }
  return Object.freeze(Object.defineProperty({ ...config }, CHECKED, { value: true }));
}

/** True for what came of `defineConfig`, of this copy of the package or another. */
export function isSpokeConfig(value: unknown): value is SpokeConfig {
  return typeof value === 'object' && value !== null && Reflect.get(value, CHECKED) === true;
}

/** Written defensively: configs are also written in JavaScript. */
function findProblems(config: unknown): ConfigProblem[] {
  if (!isRecord(config))
    return [{ name: 'config', message: 'defineConfig takes an object { events: { … } }.' }];
  const problems = [
    ...unknownKeys('config', config, CONFIG_KEYS),
    ...problemsOfRunning(config.running),
    ...problemsOfWriteBack(config.writeBack),
    ...problemsOfMirror(config.mirror),
    ...problemsOfForms(config.forms, config.website),
    ...problemsOfWebsite(config.website),
  ];
  const { events, portal } = config;
  if (portal !== undefined) problems.push(...findPortalProblems(portal));
  // A mirror and forms are uses of their own: they need no event.
  const isUsed = config.mirror !== undefined || config.forms !== undefined;
  if (!isRecord(events) || (Object.keys(events).length === 0 && !isUsed)) {
    return [...problems, { name: 'events', message: 'Define at least one event with defineEvent({ … }).' }];
  }
  const owners = new Map(Object.keys(events).map((name) => [name, name]));
  for (const [name, event] of Object.entries(events)) {
    problems.push(...problemsOfEvent(name, event), ...problemsOfAliases(name, event, owners));
  }
  problems.push(...problemsOfLeadTypes(config.leadTypes, Object.keys(events)));
  const forms = isRecord(config.forms) ? Object.keys(config.forms).map((name) => FORM_EVENT + name) : [];
  const recorded = [...owners.keys(), ...forms, EFFECTS_EVENT];
  problems.push(...problemsOfRules(config.redrive, recorded));
  problems.push(...problemsOfCountedEvents(config.mirror, [...recorded, UPLOAD_EVENT]));
  return problems;
}

function problemsOfEvent(name: string, event: unknown): ConfigProblem[] {
  const place = `events.${name}`;
  const problems: ConfigProblem[] = [];
  const report = (message: string, key?: string) =>
    problems.push({ name: key ? `${place}.${key}` : place, message });
  if (!EVENT_NAME.test(name)) report('Use 1 to 100 letters, digits, "_", "." or "-", a letter first.');
  if (isOwn(name)) report(OWN_NAME);
  if (!isRecord(event)) {
    report('Make it with defineEvent({ payload, record, effects }).');
    return problems;
  }
  problems.push(...unknownKeys(place, event, EVENT_KEYS));
  if (!isRecord(event.payload) || typeof event.payload.safeParse !== 'function') {
    report('Give a zod schema, for example z.object({ email: z.string() }).', 'payload');
  }
  for (const key of ['record', 'effects'] as const) {
    if (typeof event[key] !== 'function') report('Give a function.', key);
  }
  for (const key of ['adds', 'writeBack'] as const) {
    if (event[key] !== undefined && typeof event[key] !== 'function') report('Give a function.', key);
  }
  if (event.priority !== undefined && ![1, 5, 9].includes(event.priority as number)) {
    report(`${String(event.priority)} is none of 1 (interactive), 5 (normal), 9 (bulk).`, 'priority');
  }
  return problems;
}

function problemsOfRunning(running: unknown): ConfigProblem[] {
  if (running === undefined) return [];
  if (!isRecord(running)) return [{ name: 'running', message: "Give an object { name: 'count' }." }];
  const kinds: readonly unknown[] = RUNNING_KINDS;
  const own = Object.keys(running)
    .filter(isOwn)
    .map((name) => ({ name: `running.${name}`, message: OWN_NAME }));
  const wrong = Object.entries(running)
    .filter(([, kind]) => !kinds.includes(kind))
    .map(([name, kind]) => ({
      name: `running.${name}`,
      message: `${JSON.stringify(kind)} is none of ${kinds.join(', ')}.${suggestion(String(kind), RUNNING_KINDS)}`,
    }));
  return [...own, ...wrong];
}

function problemsOfAliases(name: string, event: unknown, owners: Map<string, string>): ConfigProblem[] {
  if (!isRecord(event) || event.aliases === undefined) return [];
  const place = `events.${name}.aliases`;
  if (!Array.isArray(event.aliases)) return [{ name: place, message: 'Give a list of names.' }];
  const problems: ConfigProblem[] = [];
  for (const alias of event.aliases as unknown[]) {
    const owner = typeof alias === 'string' ? owners.get(alias) : undefined;
    if (typeof alias !== 'string' || !EVENT_NAME.test(alias)) {
      problems.push({ name: place, message: `${JSON.stringify(alias)} is not a valid event name.` });
    } else if (isOwn(alias)) {
      problems.push({ name: place, message: `${alias}: ${OWN_NAME}` });
    } else if (owner === alias) {
      problems.push({ name: place, message: `${alias} is already the name of an event.` });
    } else if (owner !== undefined) {
      problems.push({ name: place, message: `${alias} is already an alias of ${owner}.` });
    } else {
      owners.set(alias, name);
    }
  }
  return problems;
}

function problemsOfLeadTypes(given: unknown, names: readonly string[]): ConfigProblem[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [{ name: 'leadTypes', message: 'Give a list of event names.' }];
  return (given as unknown[])
    .filter((name) => typeof name !== 'string' || !names.includes(name))
    .map((name) => ({
      name: 'leadTypes',
      message: `${JSON.stringify(name)} is not the name of an event.${suggestion(String(name), names)}`,
    }));
}

function isOwn(name: string): boolean {
  return OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

function count(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}
