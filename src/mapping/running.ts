import { suggestion } from '../config/nearest-name.ts';
import { addDecimals, compareDecimals, decimalOf, numberOrText } from './decimal.ts';
import { MappingError } from './mapping-error.ts';

/** How the inputs of a record's events become one value. */
export const RUNNING_KINDS = ['count', 'sum', 'first', 'last', 'min', 'max'] as const;
export type RunningKind = (typeof RUNNING_KINDS)[number];

/** Declared running values: name to kind. */
export type RunningDefinitions = Readonly<Record<string, RunningKind>>;

/** What an event adds; null or undefined adds nothing. `count` takes anything and counts one. */
export type RunningInput = string | number | bigint | boolean | Date | null | undefined;

/** What a mapping reads: 0 for a count or sum without inputs, null for the others. */
export type RunningValue = string | number | boolean | Date | null;

/** One value as it is kept with its lane. */
export interface RunningState {
  /** Decimal text for numbers, ISO 8601 for dates. */
  readonly value: string | boolean;
  readonly of: 'number' | 'text' | 'date' | 'boolean';
  /** Of `first` and `last`: when and by which event it was set, since an older event may be delivered later. */
  readonly at?: number;
  readonly event?: number;
}

/** All values of one record; what is not declared any more is kept and not shown. */
export type RunningStates = Readonly<Record<string, RunningState>>;

/**
 * The values after one more event. Pure.
 *
 * @throws MappingError EVENT_MAPPING_FAILED for a name that is not declared, or an input that its kind cannot take.
 */
export function addToRunning(
  states: RunningStates,
  inputs: Readonly<Record<string, RunningInput>>,
  definitions: RunningDefinitions,
  event: { readonly id: number; readonly at: number },
): RunningStates {
  const next: Record<string, RunningState> = { ...states };
  for (const [name, input] of Object.entries(inputs)) {
    if (input === null || input === undefined) continue;
    const kind = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (kind === undefined) {
      throw new MappingError(
        'EVENT_MAPPING_FAILED',
        `adds names ${JSON.stringify(name.slice(0, 100))}, which the config does not declare under running.${suggestion(name, Object.keys(definitions))}`,
      );
    }
    const before = Object.hasOwn(next, name) ? next[name] : undefined;
    next[name] = combine(kind, before, stateOf(name, kind, input, event));
  }
  return next;
}

/** The declared values as a mapping reads them. */
export function readRunning(
  states: RunningStates,
  definitions: RunningDefinitions,
): Readonly<Record<string, RunningValue>> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, kind]) => [
      name,
      shown(Object.hasOwn(states, name) ? states[name] : undefined, kind),
    ]),
  );
}

function stateOf(
  name: string,
  kind: RunningKind,
  input: NonNullable<RunningInput>,
  event: { readonly id: number; readonly at: number },
): RunningState {
  if (kind === 'count') return { value: '1', of: 'number' };
  const typed = typedValue(input);
  if (typed === undefined || (kind === 'sum' && typed.of !== 'number')) {
    throw new MappingError(
      'EVENT_MAPPING_FAILED',
      `adds gives the running value ${name} (${kind}) ${describe(input)}: give ${kind === 'sum' ? 'a number' : 'a number, a text, a boolean or a Date'}.`,
    );
  }
  return kind === 'first' || kind === 'last' ? { ...typed, at: event.at, event: event.id } : typed;
}

function typedValue(input: NonNullable<RunningInput>): RunningState | undefined {
  if (typeof input === 'boolean') return { value: input, of: 'boolean' };
  if (typeof input === 'string') {
    // `numberOrText` gives a text that merely looks like a number (007) back as it was.
    const number = decimalOf(input);
    return number === undefined ? { value: input, of: 'text' } : { value: number, of: 'number' };
  }
  if (input instanceof Date)
    return Number.isNaN(input.getTime()) ? undefined : { value: input.toISOString(), of: 'date' };
  const number = decimalOf(input);
  return number === undefined ? undefined : { value: number, of: 'number' };
}

function combine(kind: RunningKind, before: RunningState | undefined, input: RunningState): RunningState {
  if (before === undefined) return input;
  switch (kind) {
    case 'count':
    case 'sum':
      return { ...input, value: addDecimals(String(before.value), String(input.value)) };
    case 'min':
      return compare(input, before) < 0 ? input : before;
    case 'max':
      return compare(input, before) > 0 ? input : before;
    case 'first':
      return isEarlier(input, before) ? input : before;
    case 'last':
      return isEarlier(input, before) ? before : input;
  }
}

function compare(a: RunningState, b: RunningState): number {
  if (a.of === 'number' && b.of === 'number') return compareDecimals(String(a.value), String(b.value));
  const [first, second] = [String(a.value), String(b.value)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function isEarlier(a: RunningState, b: RunningState): boolean {
  const [atA, atB] = [a.at ?? 0, b.at ?? 0];
  return atA === atB ? (a.event ?? 0) < (b.event ?? 0) : atA < atB;
}

function shown(state: RunningState | undefined, kind: RunningKind): RunningValue {
  if (state === undefined) return kind === 'count' || kind === 'sum' ? 0 : null;
  if (typeof state.value === 'boolean') return state.value;
  if (state.of === 'date') return new Date(state.value);
  return state.of === 'number' ? numberOrText(state.value) : state.value;
}

function describe(input: unknown): string {
  return input instanceof Date ? 'an invalid date' : `a value of type ${typeof input}`;
}
