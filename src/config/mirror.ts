import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { objectTypeName } from './object-type-name.ts';
import { problemsOfSegments, type SegmentDefinition } from './segments.ts';

/** The keys of the mirror's part of a config, with their meaning: checked by `defineConfig`, listed in the reference. */
export const MIRROR_KEYS = {
  objects:
    'The object types that are kept in Postgres, by the name HubSpot gives them in paths: contacts, companies, deals, tickets, or the id of a custom object (2-123456).',
  lists: "The lists whose members are kept: 'all', or a list of names and ids. Default: none.",
  segments:
    'Rules over the records that are kept, by name: { name: { rule } }. Who is in each is kept too, and when that changed.',
} as const;

/** The keys of one object type of the mirror. */
export const MIRROR_OBJECT_KEYS = {
  properties: "Which properties are kept: 'all' (the default), or a list of names.",
  associations: 'Object types whose links with this one are kept. Default: none.',
  history:
    'Properties whose former values are kept with the time of the change: true for all, or a list. Default: none.',
} as const;

export interface MirrorObject {
  readonly properties?: 'all' | readonly string[];
  readonly associations?: readonly string[];
  readonly history?: true | readonly string[];
}

/** What of the portal is kept in Postgres. */
export interface MirrorConfig {
  readonly objects: Readonly<Record<string, MirrorObject>>;
  readonly lists?: 'all' | readonly string[];
  readonly segments?: Readonly<Record<string, SegmentDefinition>>;
}

/** As HubSpot writes object types in paths; also a portal's own, by id or name. */
const OBJECT_TYPE = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const PROPERTY = /^[a-z0-9_]{1,100}$/;

/** A custom object by its name in the portal, which lists and webhooks do not use. */
const CUSTOM_NAME = /^p\d+_/;

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfMirror(mirror: unknown): ConfigProblem[] {
  if (mirror === undefined) return [];
  if (!isRecord(mirror))
    return [{ name: 'mirror', message: 'Give an object { objects: { contacts: {} } }.' }];
  const problems = unknownKeys('mirror', mirror, MIRROR_KEYS);
  if (!isRecord(mirror.objects) || Object.keys(mirror.objects).length === 0)
    problems.push({ name: 'mirror.objects', message: 'Name at least one object type: { contacts: {} }.' });
  else
    for (const [type, object] of Object.entries(mirror.objects))
      problems.push(...problemsOfObject(type, object));
  if (mirror.lists !== undefined && mirror.lists !== 'all')
    problems.push(
      ...problemsOfNames('mirror.lists', mirror.lists, /^.{1,200}$/, "Give 'all' or a list of names."),
    );
  const types = isRecord(mirror.objects) ? Object.keys(mirror.objects) : [];
  return [...problems, ...problemsOfSegments(mirror.segments, types)];
}

function problemsOfObject(type: string, object: unknown): ConfigProblem[] {
  const place = `mirror.objects.${type}`;
  if (!OBJECT_TYPE.test(type))
    return [{ name: place, message: 'Use the name as it stands in paths: contacts, deals, 2-123456.' }];
  if (!isRecord(object)) return [{ name: place, message: 'Give an object; {} keeps all properties.' }];
  const problems = [...problemsOfType(place, type), ...unknownKeys(place, object, MIRROR_OBJECT_KEYS)];
  const { properties, associations, history } = object;
  if (properties !== undefined && properties !== 'all')
    problems.push(
      ...problemsOfNames(`${place}.properties`, properties, PROPERTY, "Give 'all' or a list of names."),
    );
  if (associations !== undefined) {
    const name = `${place}.associations`;
    const misnamed = problemsOfNames(name, associations, OBJECT_TYPE, 'Give a list of object types.');
    problems.push(...misnamed);
    if (misnamed.length === 0 && Array.isArray(associations))
      problems.push(...associations.flatMap((one) => problemsOfType(name, String(one))));
  }
  if (history !== undefined && history !== true)
    problems.push(...problemsOfNames(`${place}.history`, history, PROPERTY, 'Give true or a list of names.'));
  return problems;
}

/** One name for one object type, or lists, webhooks and links would be taken for another's. */
function problemsOfType(name: string, type: string): ConfigProblem[] {
  const own = objectTypeName(type);
  if (own !== type) return [{ name, message: `Write ${own} for ${JSON.stringify(type)}.` }];
  if (!CUSTOM_NAME.test(type)) return [];
  return [
    {
      name,
      message: `Name the custom object ${JSON.stringify(type)} by its id, such as 2-123456: lists and webhooks do.`,
    },
  ];
}

function problemsOfNames(name: string, given: unknown, form: RegExp, advice: string): ConfigProblem[] {
  if (!Array.isArray(given)) return [{ name, message: advice }];
  return (given as readonly unknown[])
    .filter((one) => typeof one !== 'string' || !form.test(one))
    .map((one) => ({ name, message: `${JSON.stringify(one)} cannot be a name here. ${advice}` }));
}
