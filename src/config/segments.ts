import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { suggestion } from './nearest-name.ts';
import { problemsOfRule, type Rule } from './rule.ts';

/** The keys of a segment, with their meaning: checked by `defineConfig`, listed in the reference. */
export const SEGMENT_KEYS = {
  rule: 'Which records are in it.',
  objectType: 'Of which object type; one of `mirror.objects`. Default contacts.',
  pushToList:
    'Name or id of a list of HubSpot that gets who is in it, and loses who leaves. One that takes members by hand; `spoke properties apply` creates it.',
} as const;

export interface SegmentDefinition {
  readonly rule: Rule;
  readonly objectType?: string;
  readonly pushToList?: string;
}

export const DEFAULT_SEGMENT_TYPE = 'contacts';

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** Control characters are in no name of a list. */
const LIST = /^\P{Cc}{1,200}$/u;

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfSegments(segments: unknown, objectTypes: readonly string[]): ConfigProblem[] {
  if (segments === undefined) return [];
  if (!isRecord(segments))
    return [{ name: 'mirror.segments', message: 'Give an object { name: { rule } }.' }];
  const problems = Object.entries(segments).flatMap(([name, segment]) =>
    problemsOfSegment(name, segment, objectTypes, Object.keys(segments)),
  );
  return problems.length > 0
    ? problems
    : [
        ...problemsOfCircles(segments as Readonly<Record<string, SegmentDefinition>>),
        ...problemsOfOtherTypes(segments as Readonly<Record<string, SegmentDefinition>>),
        ...problemsOfLists(segments as Readonly<Record<string, SegmentDefinition>>),
      ];
}

/** Rules that count events which nobody records; `known`: the names under which events are recorded. Total, as above. */
export function problemsOfCountedEvents(mirror: unknown, known: readonly string[]): ConfigProblem[] {
  if (!isRecord(mirror) || !isRecord(mirror.segments)) return [];
  return Object.entries(mirror.segments).flatMap(([name, segment]) => {
    const place = `mirror.segments.${name}.rule`;
    // What has no form is told of otherwise.
    if (!isRecord(segment) || problemsOfRule(place, segment.rule).length > 0) return [];
    return eventsIn(segment.rule as Rule)
      .filter((event) => !known.includes(event))
      .map((event) => ({
        name: place,
        message: `There is no event ${event}: name it under events, or as an alias of what it is called now.${suggestion(event, known)}`,
      }));
  });
}

/** The segments in an order in which each comes after those that it is made of. There must be no circle. */
export function inOrder(segments: Readonly<Record<string, SegmentDefinition>>): string[] {
  const done: string[] = [];
  const visit = (name: string) => {
    if (done.includes(name)) return;
    const segment = segments[name];
    if (segment === undefined) return;
    for (const other of segmentsIn(segment.rule)) visit(other);
    done.push(name);
  };
  for (const name of Object.keys(segments)) visit(name);
  return done;
}

/** The properties and lists that a segment's rule speaks of, those of the segments that it is made of included. */
export function usesOf(
  segments: Readonly<Record<string, SegmentDefinition>>,
  name: string,
): { readonly properties: readonly string[]; readonly lists: readonly string[] } {
  const properties = new Set<string>();
  const lists = new Set<string>();
  const visit = (rule: Rule): void => {
    for (const part of partsOf(rule))
      if ('property' in part) properties.add(part.property);
      else if ('list' in part) lists.add(part.list);
      else if ('segment' in part) visit(segments[part.segment]?.rule ?? { any: [] });
  };
  visit(segments[name]?.rule ?? { any: [] });
  return { properties: [...properties], lists: [...lists] };
}

function problemsOfSegment(
  name: string,
  segment: unknown,
  objectTypes: readonly string[],
  names: readonly string[],
): ConfigProblem[] {
  const place = `mirror.segments.${name}`;
  if (!NAME.test(name))
    return [{ name: place, message: 'Use 1 to 63 small letters, digits, "_" or "-", a letter first.' }];
  if (!isRecord(segment)) return [{ name: place, message: 'Give an object { rule: { … } }.' }];
  const problems = [
    ...unknownKeys(place, segment, SEGMENT_KEYS),
    ...problemsOfRule(`${place}.rule`, segment.rule),
  ];
  const { objectType = DEFAULT_SEGMENT_TYPE, pushToList } = segment;
  if (typeof objectType !== 'string' || !objectTypes.includes(objectType))
    problems.push({
      name: `${place}.objectType`,
      message: `${String(objectType)} is not among mirror.objects (${objectTypes.join(', ')}).`,
    });
  if (pushToList !== undefined && !(typeof pushToList === 'string' && LIST.test(pushToList.trim())))
    problems.push({
      name: `${place}.pushToList`,
      message: 'Give the name or the id of a list, 1 to 200 characters.',
    });
  if (problems.length > 0) return problems;
  return segmentsIn(segment.rule as Rule)
    .filter((other) => !names.includes(other))
    .map((other) => ({
      name: `${place}.rule`,
      message: `There is no segment ${other}.${suggestion(other, names)}`,
    }));
}

/** Records of two object types can have the same id. */
function problemsOfOtherTypes(segments: Readonly<Record<string, SegmentDefinition>>): ConfigProblem[] {
  const typeOf = (name: string) => segments[name]?.objectType ?? DEFAULT_SEGMENT_TYPE;
  return Object.entries(segments).flatMap(([name, { rule }]) =>
    segmentsIn(rule)
      .filter((other) => typeOf(other) !== typeOf(name))
      .map((other) => ({
        name: `mirror.segments.${name}.rule`,
        message: `The segment ${other} is one of ${typeOf(other)}, not of ${typeOf(name)}.`,
      })),
  );
}

function problemsOfCircles(segments: Readonly<Record<string, SegmentDefinition>>): ConfigProblem[] {
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    segmentsIn(segments[from]?.rule ?? { all: [] }).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return Object.keys(segments)
    .filter((name) => reaches(name, name, new Set()))
    .map((name) => ({
      name: `mirror.segments.${name}.rule`,
      message: 'It is made of itself, by way of other segments.',
    }));
}

/** What one segment puts on a list another would take off. */
function problemsOfLists(segments: Readonly<Record<string, SegmentDefinition>>): ConfigProblem[] {
  const first = new Map<string, string>();
  return Object.entries(segments).flatMap(
    ([name, { pushToList: list, objectType = DEFAULT_SEGMENT_TYPE }]) => {
      if (list === undefined) return [];
      const key = `${objectType} ${list.trim().toLowerCase()}`;
      const other = first.get(key);
      first.set(key, other ?? name);
      return other === undefined
        ? []
        : [
            {
              name: `mirror.segments.${name}.pushToList`,
              message: `The list ${list.trim()} is that of ${other}: make one segment of both, with any.`,
            },
          ];
    },
  );
}

const segmentsIn = (rule: Rule) => partsOf(rule).flatMap((part) => ('segment' in part ? part.segment : []));
const eventsIn = (rule: Rule) => partsOf(rule).flatMap((part) => ('event' in part ? part.event : []));

/** The rules that a rule is made of, down to those that are made of no others. */
function partsOf(rule: Rule): Rule[] {
  if ('all' in rule) return rule.all.flatMap(partsOf);
  if ('any' in rule) return rule.any.flatMap(partsOf);
  return 'not' in rule ? partsOf(rule.not) : [rule];
}
