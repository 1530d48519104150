import { type BatchError, parseBatchAnswer } from './batch-answer.ts';
import { own } from './json.ts';
import { idOf } from './parsed.ts';
import type { Chunk } from './send-in-chunks.ts';

/** The two records of a link. */
export interface LinkedPair {
  readonly from: { readonly id: string };
  readonly to: { readonly id: string };
}

/** What became of one input of an association batch. */
export type AssociationOutcome =
  | { readonly end: 'applied' }
  /** `error` is HubSpot's word on it; without one the call was not made, or was refused as a whole. */
  | { readonly end: 'not-applied'; readonly error?: BatchError }
  /** May or may not be there: read the links, or make the call again, which does no harm. */
  | { readonly end: 'unknown' };

const NOT_APPLIED: AssociationOutcome = { end: 'not-applied' };
const UNKNOWN: AssociationOutcome = { end: 'unknown' };

/** An outcome for each input of a batch create or batch default, in order; total. Nothing that HubSpot leaves out is a success. */
export function associationOutcomes({ inputs, exchange }: Chunk<LinkedPair>): readonly AssociationOutcome[] {
  const all = (outcome: AssociationOutcome) => inputs.map(() => outcome);
  if (exchange === undefined) return all(NOT_APPLIED);
  if (exchange.kind === 'fault') return all(exchange.sent ? UNKNOWN : NOT_APPLIED);
  const { status, flaw, body } = exchange;
  // 408 is the one refusal that leaves open what was done before it.
  if (status >= 400 && status < 500 && status !== 408) return all(flaw === undefined ? NOT_APPLIED : UNKNOWN);
  if (status < 200 || status >= 300 || flaw !== undefined) return all(UNKNOWN);

  const results = own(body, 'results');
  const linked = new Set((Array.isArray(results) ? results : []).map(keyOfResult));
  const { errors } = parseBatchAnswer(body);
  const sent = new Set(inputs.map(keyOf));
  return inputs.map((input) => {
    const { from, to } = input;
    const named = errors.find(({ ids }) => ids.includes(from.id) || ids.includes(to.id));
    // A default link is answered in both directions, so that a pair's mirror image may be all that its key stands for.
    const isAmbiguous = errors.length > 0 && from.id !== to.id && sent.has(`${to.id} ${from.id}`);
    if (linked.has(keyOf(input)) && !isAmbiguous) return { end: 'applied' };
    if (named && !linked.has(keyOf(input))) return { end: 'not-applied', error: named };
    return UNKNOWN;
  });
}

function keyOf({ from, to }: LinkedPair): string {
  return `${from.id} ${to.id}`;
}

/** Of a labelled link (`fromObjectId`) or of a default one (`from.id`). */
function keyOfResult(result: unknown): string | undefined {
  const from = idOf(own(result, 'fromObjectId')) ?? idOf(own(own(result, 'from'), 'id'));
  const to = idOf(own(result, 'toObjectId')) ?? idOf(own(own(result, 'to'), 'id'));
  return from === undefined || to === undefined ? undefined : `${from} ${to}`;
}
