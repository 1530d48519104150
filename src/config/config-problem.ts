import { suggestion } from './nearest-name.ts';

/** One thing wrong with the environment or the config. */
export interface ConfigProblem {
  /** The variable, or the place in the config. */
  readonly name: string;
  readonly message: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A problem for each key that is not among those of `known`, with the nearest one. */
export function unknownKeys(place: string, value: Record<string, unknown>, known: object): ConfigProblem[] {
  const names = Object.keys(known);
  return Object.keys(value)
    .filter((key) => !names.includes(key))
    .map((key) => ({ name: place, message: `${key} is not a known key.${suggestion(key, names)}` }));
}
