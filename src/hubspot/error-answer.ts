import { type Problem, readProblem } from './problem.ts';

/** What a 4xx or 5xx body says. */
export interface ErrorAnswer extends Omit<Problem, 'message' | 'existingIds'> {
  /** Masked, at most 500 characters; '' when the body has none (an HTML page, an empty body). */
  readonly message: string;
  /** Of a 409: the record that already exists. */
  readonly existingId?: string;
}

/** Reads the body of a refusal; never throws. Every field is optional on the wire. */
export function parseErrorAnswer(body: unknown): ErrorAnswer {
  const { existingIds, ...problem } = readProblem(body);
  const [existingId] = existingIds;
  return { ...problem, message: problem.message ?? '', ...(existingId === undefined ? {} : { existingId }) };
}
