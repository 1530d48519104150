import type { PropertyRule, Rule, RuleValue } from '../../config/rule.ts';

/** How a property's text is read, by its type at HubSpot. */
export type PropertyKind = 'text' | 'option' | 'options' | 'number' | 'time' | 'boolean';

/** The type and the field type of a property, as its definition says. */
export interface PropertyType {
  readonly type: string;
  readonly fieldType?: string;
}

export interface RuleContext {
  readonly objectType: string;
  /** Of the object type's properties. One that is not there is read as what the rule compares it with. */
  readonly types: ReadonlyMap<string, PropertyType>;
  /** Takes a value in and returns its placeholder. */
  readonly bind: (value: unknown) => string;
  /** SQL of the moment from which days are counted; default the statement's. */
  readonly now?: string;
}

const DAY_SECONDS = 86_400;
const TIMES = new Set(['date', 'datetime']);
const COLUMNS: Readonly<Record<string, string>> = { createdAt: 'm.created_at', updatedAt: 'm.updated_at' };

/**
 * A rule as a condition on the alias `m` of mirror_records: SQL that never raises, whatever the values are, and is true where the
 * record fits; else false or null, so that a condition for an index stays one. The rule has to be checked by `problemsOfRule` before.
 */
export function compileRule(rule: Rule, context: RuleContext): string {
  const { bind, objectType, now = 'statement_timestamp()' } = context;
  if ('property' in rule) return compileProperty(rule, context);
  if ('all' in rule) return `(${rule.all.map((part) => compileRule(part, context)).join(' and ')})`;
  if ('any' in rule) return `(${rule.any.map((part) => compileRule(part, context)).join(' or ')})`;
  if ('not' in rule) return `not ${sure(compileRule(rule.not, context))}`;
  if ('list' in rule) {
    const list = bind(rule.list);
    return `m.id in (select b.record_id from {schema}.mirror_memberships b join {schema}.mirror_lists l on l.id = b.list_id
      where b.left_at is null and l.object_type = ${bind(objectType)} and l.deleted_at is null and (l.name = ${list} or l.id::text = ${list}))`;
  }
  if ('segment' in rule)
    return `m.id in (select s.record_id from {schema}.segment_members s where s.segment = ${bind(rule.segment)})`;
  if ('text' in rule) {
    const patterns = wordsOf(rule.text).map(anywhere);
    return unguessed(`{schema}.search_text(m.properties) like all (${bind(patterns)}::text[])`);
  }
  const since =
    rule.withinDays === undefined ? '' : ` and e.occurred_at >= ${now} - ${daysOf(bind(rule.withinDays))}`;
  return `m.id::text in (select k.hubspot_id from {schema}.links k join {schema}.lanes l on l.record_key = k.record_key
    join {schema}.outbox_events e on e.lane_id = l.id
    where k.object_type = ${bind(objectType)} and e.type = ${bind(rule.event)}${since}
    group by k.hubspot_id having count(*) >= ${bind(rule.atLeast ?? 1)}::bigint)`;
}

/** Properties that `{schema}.search_text` puts together. */
const SEARCHED = new Set(
  'email firstname lastname hs_additional_emails company phone mobilephone name domain dealname subject'.split(
    ' ',
  ),
);

/**
 * Patterns that `{schema}.search_text` of every record that fits is like; undefined for a rule without words that stand anywhere in a
 * value. An index of three letters each cannot tell more by shorter words, which are left out.
 */
export function patternsOf(rule: Rule): readonly string[] | undefined {
  if ('all' in rule) {
    const parts = rule.all.map(patternsOf);
    return parts.every((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  if ('text' in rule) return wordsOf(rule.text).filter(isTelling).map(anywhere);
  if (!('property' in rule && 'contains' in rule)) return undefined;
  const word = rule.contains.toLowerCase();
  return SEARCHED.has(rule.property) && isTelling(word) ? [anywhere(word)] : [];
}

const isTelling = (word: string) => /[\p{L}\p{N}]{3}/u.test(word);
const wordsOf = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** What a rule compares of a record besides its own values: those change without a change of the record. */
export function dependenciesOf(rule: Rule): { readonly time: boolean; readonly others: boolean } {
  if ('all' in rule) return joined(rule.all);
  if ('any' in rule) return joined(rule.any);
  if ('not' in rule) return dependenciesOf(rule.not);
  if ('property' in rule) return { time: 'withinDays' in rule || 'notWithinDays' in rule, others: false };
  return { time: false, others: !('text' in rule) };
}

function joined(rules: readonly Rule[]): { time: boolean; others: boolean } {
  const parts = rules.map(dependenciesOf);
  return { time: parts.some(({ time }) => time), others: parts.some(({ others }) => others) };
}

/** How the values of a property are read; undefined for a type that is not known. */
export function kindOf({ type, fieldType }: PropertyType): PropertyKind {
  if (type === 'number') return 'number';
  if (TIMES.has(type)) return 'time';
  if (type === 'bool') return 'boolean';
  if (type === 'enumeration') return fieldType === 'checkbox' ? 'options' : 'option';
  return 'text';
}

function compileProperty(rule: PropertyRule, context: RuleContext): string {
  const { bind, types, now = 'statement_timestamp()' } = context;
  const column = COLUMNS[rule.property];
  const text = column === undefined ? `m.properties ->> ${bind(rule.property)}` : `${column}::text`;
  const defined = types.get(rule.property);
  const kind = column !== undefined ? 'time' : defined === undefined ? undefined : kindOf(defined);
  const time = column ?? `{schema}.as_time(${text})`;
  const equals = (values: readonly RuleValue[]) => equalTo(values, kind, { text, time, bind });
  const within = (days: number) => `${time} >= ${now} - ${daysOf(bind(days))}`;
  const compared = (operator: string, bound: number | string) =>
    typeof bound === 'number' && kind !== 'time'
      ? `{schema}.as_number(${text}) ${operator} ${bind(bound)}::numeric`
      : `${time} ${operator} {schema}.as_time(${bind(String(bound))})`;
  if ('is' in rule) return equals([rule.is]);
  if ('isNot' in rule) return `not ${sure(equals([rule.isNot]))}`;
  if ('in' in rule) return equals(rule.in);
  if ('notIn' in rule) return `not ${sure(equals(rule.notIn))}`;
  if ('known' in rule) return `${text} is ${rule.known ? 'not ' : ''}null`;
  if ('withinDays' in rule) return within(rule.withinDays);
  if ('notWithinDays' in rule) return `not ${sure(within(rule.notWithinDays))}`;
  if ('contains' in rule)
    return kind === 'options'
      ? `${bind(rule.contains)} = any (string_to_array(${text}, ';'))`
      : unguessed(`lower(${text}) like ${bind(anywhere(rule.contains.toLowerCase()))}`);
  if ('startsWith' in rule)
    return `lower(${text}) like ${bind(`${likeText(rule.startsWith.toLowerCase())}%`)}`;
  if ('above' in rule) return compared('>', rule.above);
  if ('atLeast' in rule) return compared('>=', rule.atLeast);
  if ('below' in rule) return compared('<', rule.below);
  if ('atMost' in rule) return compared('<=', rule.atMost);
  const [from, to] = rule.between;
  return `(${compared('>=', from)} and ${compared('<=', to)})`;
}

function equalTo(
  values: readonly RuleValue[],
  kind: PropertyKind | undefined,
  { text, time, bind }: { readonly text: string; readonly time: string; readonly bind: RuleContext['bind'] },
): string {
  const asText = values.map(String);
  switch (kind ?? kindOfValues(values)) {
    case 'number':
      // One that is no number is equal to none; as a parameter it would be an error.
      return `{schema}.as_number(${text}) = any (array(select {schema}.as_number(v) from unnest(${bind(asText)}::text[]) v))`;
    case 'time':
      return `${time} = any (array(select {schema}.as_time(v) from unnest(${bind(asText)}::text[]) v))`;
    case 'boolean':
      return `lower(${text}) = any (${bind(asText.map((value) => value.toLowerCase()))}::text[])`;
    case 'option':
    case 'options':
      return `${text} = any (${bind(asText)}::text[])`;
    default:
      return `lower(${text}) = any (array(select lower(v) from unnest(${bind(asText)}::text[]) v))`;
  }
}

/** Of a property whose type is not known. */
function kindOfValues(values: readonly RuleValue[]): PropertyKind {
  if (values.every((value) => typeof value === 'number')) return 'number';
  return values.every((value) => typeof value === 'boolean') ? 'boolean' : 'text';
}

/**
 * A condition that Postgres takes for true of every second record. Of text that stands anywhere in a value it believes that hardly any
 * record has it, and reads all of them for a page that the first hundred would fill.
 */
const unguessed = sure;

/** Never null: what is not known does not fit. */
export function sure(condition: string): string {
  return `coalesce(${condition}, false)`;
}

function daysOf(days: string): string {
  return `make_interval(secs => ${days}::float8 * ${DAY_SECONDS})`;
}

/** The pattern of LIKE for whatever has this text in it. */
function anywhere(text: string): string {
  return `%${likeText(text)}%`;
}

/** Text as LIKE takes it literally. */
function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
