import type { Row } from '../../db/database.ts';

/** A statement's parameters: text or null only, cast in the SQL, so that no driver guesses a type. */
export type ExecutorValues = readonly (string | null)[];

/**
 * Runs one statement on what an application has in its hand: a client or transaction of one library. Libraries are recognised
 * by their shape, so that none of them is a dependency and any copy of them is accepted.
 */
export interface Executor<Handle = unknown> {
  /** The library's name, as in the documentation. */
  readonly name: string;
  matches(handle: unknown): handle is Handle;
  /** `text` has `$1`, `$2`, …; rejects with the library's own error. */
  execute(handle: Handle, text: string, values: ExecutorValues): Promise<Row[]>;
}

/** True when every one of `names` is a function on `handle`, which may itself be a function. */
export function hasMethods<Name extends string>(
  handle: unknown,
  ...names: readonly Name[]
): handle is Record<Name, (...values: never[]) => unknown> {
  if ((typeof handle !== 'object' && typeof handle !== 'function') || handle === null) return false;
  return names.every((name) => typeof Reflect.get(handle, name) === 'function');
}

/** The rows of an answer: some libraries return them bare, some as `{ rows }`. */
export function rowsOf(answer: unknown): Row[] {
  const rows =
    typeof answer === 'object' && answer !== null && 'rows' in answer ? Reflect.get(answer, 'rows') : answer;
  return Array.isArray(rows) ? rows : [];
}
