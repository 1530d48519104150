import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { editDistance, suggestion } from './nearest-name.ts';
import { MAX_UNIQUE, OBJECT_TYPE_IDS, PORTAL_KEYS } from './portal-definition.ts';
import { ENTRY_RULES, type EntryRules, type Report } from './portal-entries.ts';

/** A custom object by its id, by its name in the portal, or by its short name. */
const CUSTOM_TYPE = /^(?:2-\d+|[A-Za-z][A-Za-z0-9_]*)$/;
/** Forms of a custom object's name that no misspelt type has. */
const CERTAINLY_CUSTOM = /^(?:2-\d+|p\d+_\w+)$/;
const WITH_PIPELINES = ['deals', 'tickets'];
/** Shorter names differ by one letter at most to be taken for a misspelt one: `cars` are no `calls`. */
const LONG_NAME = 7;

/** Everything that is wrong with the `portal` of a config. Written defensively: configs are also written in JavaScript. */
export function findPortalProblems(portal: unknown): ConfigProblem[] {
  if (!isRecord(portal))
    return [
      { name: 'portal', message: "Give an object, for example { properties: { contacts: ['driver_id'] } }." },
    ];
  const problems = unknownKeys('portal', portal, PORTAL_KEYS);
  for (const [part, rules] of Object.entries(ENTRY_RULES)) {
    const byType = portal[part];
    if (byType === undefined) continue;
    if (!isRecord(byType)) {
      problems.push({ name: `portal.${part}`, message: 'Give an object of lists, by object type.' });
      continue;
    }
    for (const [objectType, entries] of Object.entries(byType)) {
      const place = `portal.${part}.${objectType}`;
      const wrong = part === 'pipelines' ? pipelineTypeProblem(objectType) : typeProblem(objectType);
      if (wrong !== undefined) problems.push({ name: place, message: wrong });
      if (!Array.isArray(entries)) problems.push({ name: place, message: 'Give a list.' });
      else problems.push(...problemsOfEntries(place, entries, rules, objectType));
    }
  }
  return problems;
}

function problemsOfEntries(
  place: string,
  entries: readonly unknown[],
  rules: EntryRules,
  objectType: string,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const seen = new Set<string>();
  let unique = 0;
  for (const [index, given] of entries.entries()) {
    const isShort = typeof given === 'string' && rules.id === 'name';
    const entry: unknown = isShort ? { [rules.id]: given } : given;
    const id = isRecord(entry) ? entry[rules.id] : undefined;
    const here = `${place}${typeof id === 'string' && id.trim() !== '' ? `.${id}` : `[${index}]`}`;
    const report: Report = (message, key) =>
      problems.push({ name: key === undefined ? here : `${here}.${key}`, message });
    if (!isRecord(entry)) {
      const forms = rules.id === 'name' ? 'a name or an object' : 'an object';
      report(`Give ${forms} with ${Object.keys(rules.keys).join(', ')}.`);
      continue;
    }
    problems.push(...unknownKeys(here, entry, rules.keys));
    if (typeof id !== 'string' || id.trim() === '') report(`Give a ${rules.id}.`);
    else if (seen.has(id)) report(`It is there twice: remove one.`);
    else seen.add(id);
    rules.check(entry, report, objectType);
    if (entry.unique === true) unique += 1;
  }
  if (unique > MAX_UNIQUE)
    problems.push({
      name: place,
      message: `${unique} properties are unique and HubSpot allows ${MAX_UNIQUE} for an object type.`,
    });
  return problems;
}

function typeProblem(objectType: string): string | undefined {
  const known = Object.keys(OBJECT_TYPE_IDS);
  if (known.includes(objectType)) return undefined;
  if (!CUSTOM_TYPE.test(objectType)) return 'It is not the name of an object type.';
  const nearest = CERTAINLY_CUSTOM.test(objectType) ? undefined : meantType(objectType, known);
  if (nearest === undefined) return undefined;
  return `It is no object type of HubSpot’s own. Did you mean ${nearest}? A custom object of this name is written 2-… (its id) or p{portal}_${objectType}.`;
}

function meantType(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const most = wanted.length < LONG_NAME ? 1 : 2;
  return (
    known.find((each) => [each.replace(/ies$/, 'y'), each.replace(/s$/, '')].includes(wanted)) ??
    known.find((each) => editDistance(wanted, each) <= most)
  );
}

function pipelineTypeProblem(objectType: string): string | undefined {
  return WITH_PIPELINES.includes(objectType)
    ? undefined
    : `Only deals and tickets have pipelines here.${suggestion(objectType, WITH_PIPELINES)}`;
}
