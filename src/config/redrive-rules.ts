import { ERROR_CODES } from '../errors.ts';
import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { suggestion } from './nearest-name.ts';

/** The keys of a rule, with their meaning: checked by `defineConfig`, listed in the reference. */
export const RULE_KEYS = {
  name: 'Names the rule in logs and redrives, for good: 1 to 100 letters, digits, "_", "." or "-".',
  codes: 'Dead letters with one of these codes as last error, and no others.',
  types: 'Of these event types only. Default: all.',
  afterHours: 'Dead for at least so many hours.',
  everyHours: 'The rule looks so often. Default 1.',
  maxTimes: 'An event is put back at most so many times in its life, by whomever. Default 3.',
} as const;

/** Puts long dead events back by itself, for causes that heal without anybody's help. There is none unless the config has it. */
export interface RedriveRule {
  readonly name: string;
  readonly codes: readonly string[];
  readonly types?: readonly string[];
  readonly afterHours: number;
  readonly everyHours?: number;
  readonly maxTimes?: number;
}

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const MAX_HOURS = 8_760;
const MAX_TIMES = 1_000;

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfRules(rules: unknown, eventTypes: readonly string[]): ConfigProblem[] {
  if (rules === undefined) return [];
  if (!Array.isArray(rules)) return [{ name: 'redrive', message: 'Give a list of rules.' }];
  const names = new Set<unknown>();
  return (rules as readonly unknown[]).flatMap((rule, index) => {
    const problems = problemsOfRule(`redrive[${index}]`, rule, eventTypes);
    const name = isRecord(rule) ? rule.name : undefined;
    if (names.has(name) && name !== undefined)
      problems.push({
        name: `redrive[${index}].name`,
        message: `${String(name)} is the name of another rule.`,
      });
    names.add(name);
    return problems;
  });
}

function problemsOfRule(place: string, rule: unknown, eventTypes: readonly string[]): ConfigProblem[] {
  if (!isRecord(rule)) return [{ name: place, message: 'Give an object { name, codes, afterHours }.' }];
  const problems = unknownKeys(place, rule, RULE_KEYS);
  const report = (key: string, message: string) => problems.push({ name: `${place}.${key}`, message });
  const { name, codes, types, afterHours, everyHours, maxTimes } = rule;
  if (typeof name !== 'string' || !NAME.test(name)) report('name', RULE_KEYS.name);
  for (const problem of problemsOfNames(codes, Object.keys(ERROR_CODES), 'code')) report('codes', problem);
  if (types !== undefined)
    for (const problem of problemsOfNames(types, eventTypes, 'event')) report('types', problem);
  if (!isNumber(afterHours, MAX_HOURS)) report('afterHours', `Give hours, above 0 and up to ${MAX_HOURS}.`);
  if (everyHours !== undefined && !isNumber(everyHours, MAX_HOURS))
    report('everyHours', `Give hours, above 0 and up to ${MAX_HOURS}.`);
  if (maxTimes !== undefined && !(isNumber(maxTimes, MAX_TIMES) && Number.isInteger(maxTimes)))
    report('maxTimes', `Give a whole number from 1 to ${MAX_TIMES}.`);
  return problems;
}

function problemsOfNames(given: unknown, known: readonly string[], what: string): string[] {
  if (!Array.isArray(given) || given.length === 0) return [`Give a list with at least one ${what}.`];
  return (given as readonly unknown[])
    .filter((name) => typeof name !== 'string' || !known.includes(name))
    .map((name) => `${JSON.stringify(name)} is not a known ${what}.${suggestion(String(name), known)}`);
}

function isNumber(value: unknown, max: number): boolean {
  return typeof value === 'number' && value > 0 && value <= max;
}
