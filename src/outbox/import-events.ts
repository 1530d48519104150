import type { Queryable } from '../db/database.ts';
import { type ErrorCode, SpokeError } from '../errors.ts';
import { type BatchReceipt, recordBatch } from './import-batch.ts';
import { parseLine } from './import-line.ts';
import { type InputLine, readLines } from './import-lines.ts';
import type { Tracker } from './track.ts';
import type { PreparedEvent, PriorityName } from './track-event.ts';
import type { RefusedReceipt } from './track-receipt.ts';
import { untilAborted } from './until-aborted.ts';

const BATCH_SIZE = 500;
/** Payload characters sent in one statement, whatever the number of lines: keeps memory flat on both sides. */
const BATCH_CHARACTERS = 1_048_576;
/** JSON may write one byte of a payload as six (`\u0041`); beside the payload a line has its keys, at most 9,204 bytes so written. */
const BYTES_PER_BYTE = 6;
const BYTES_BESIDE = 16_384;
/** Refusals kept in the report; all of them are counted and handed to `onRefused`. */
const MAX_REFUSALS = 1_000;
/** With these it is not the line that is at fault, and every further line would be refused too. */
const FATAL: readonly ErrorCode[] = [
  'OUTBOX_FORBIDDEN',
  'OUTBOX_NOT_INSTALLED',
  'OUTBOX_READ_ONLY',
  'OUTBOX_UNAVAILABLE',
];

export interface ImportOptions {
  /** NDJSON of any size: one event `{type, payload, idempotencyKey?, recordKey?, occurredAt?, priority?}` a line. */
  readonly input: AsyncIterable<Buffer | Uint8Array | string>;
  readonly db: Queryable;
  readonly tracker: Pick<Tracker, 'prepare' | 'maxPayloadBytes'>;
  /** A mapper's `route`: refuses here, with its reason, what would become a dead letter. */
  readonly route?: RouteCheck | undefined;
  /** Of lines that name none; default: that of the event's definition, else `normal`. */
  readonly priority?: PriorityName | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: ImportCounts) => void) | undefined;
  /** Called for each refused line, in the order of the file within a batch. */
  readonly onRefused?: ((refusal: LineRefusal) => void) | undefined;
  /** Lines sent with one statement, which is one transaction; default 500. */
  readonly batchSize?: number | undefined;
  /** Stops before the next batch; what was recorded stays. */
  readonly signal?: AbortSignal | undefined;
}

export type RouteCheck = (event: {
  readonly type: string;
  readonly payload: unknown;
  readonly recordKey: string | null;
}) => { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

/** Settled lines: `lines` = `recorded` + `repeated` + `refused`. Blank lines do not count. */
export interface ImportCounts {
  readonly lines: number;
  readonly recorded: number;
  /** Events that were there already, by idempotency key and content. */
  readonly repeated: number;
  readonly refused: number;
}

export interface ImportReport extends ImportCounts {
  /** The first 1,000. */
  readonly refusals: readonly LineRefusal[];
  /** False when `signal` stopped the import before the end of the file. */
  readonly complete: boolean;
}

export interface LineRefusal {
  /** From 1, blank lines included. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

interface WaitingLine {
  readonly line: number;
  readonly event: PreparedEvent;
}

/**
 * Records the events of an NDJSON stream in its order, in batches. A refused line is reported and the import goes on; a fault of
 * the database rejects. Run again after a kill, it records no event twice, provided that the lines have idempotency keys.
 *
 * @throws SpokeError with the code of the receipt when the outbox is not there or not writable; a driver's error otherwise.
 */
export async function importEvents(options: ImportOptions): Promise<ImportReport> {
  const { db, tracker, route, signal, batchSize = BATCH_SIZE, onProgress, onRefused } = options;
  const { maxPayloadBytes } = tracker;
  const counts = { lines: 0, recorded: 0, repeated: 0, refused: 0 };
  const refusals: LineRefusal[] = [];
  let batch: WaitingLine[] = [];
  let characters = 0;

  const maxLine = BYTES_PER_BYTE * maxPayloadBytes + BYTES_BESIDE;
  for await (const line of readLines(untilAborted(options.input, signal), maxLine)) {
    if (signal?.aborted) break;
    const read = readEvent(line, maxLine);
    if ('refusal' in read) {
      refuse(line.number, read.refusal);
      continue;
    }
    batch.push({ line: line.number, event: read.event });
    characters += read.event.payload.length;
    if (batch.length >= batchSize || characters >= BATCH_CHARACTERS) await send();
  }
  const complete = !signal?.aborted;
  if (complete) await send();
  return { ...counts, refusals, complete };

  function readEvent(
    line: InputLine,
    limit: number,
  ): { event: PreparedEvent } | { refusal: Omit<LineRefusal, 'line'> } {
    if ('fault' in line) return { refusal: faultOf(line.fault, limit) };
    const parsed = parseLine(line.text);
    if (!parsed.ok) return { refusal: { code: 'IMPORT_LINE_INVALID', message: parsed.message } };
    const { priority = options.priority } = parsed.options;
    const prepared = tracker.prepare(parsed.type, parsed.payload, { ...parsed.options, priority });
    if (!prepared.ok) return { refusal: prepared.receipt };
    const { event } = prepared;
    const routed = route?.({
      type: event.type,
      payload: JSON.parse(event.payload),
      recordKey: event.recordKey,
    });
    return routed?.ok === false ? { refusal: routed } : { event };
  }

  async function send(): Promise<void> {
    if (batch.length > 0) {
      const receipts = await recordBatch(
        db,
        batch.map(({ event }) => event),
        maxPayloadBytes,
      );
      for (const [index, { line }] of batch.entries()) settle(line, receipts[index]);
      batch = [];
      characters = 0;
    }
    onProgress?.({ ...counts });
  }

  function settle(line: number, receipt: BatchReceipt | undefined): void {
    if (receipt === undefined) throw new Error(`line ${line} has no receipt`);
    if (receipt.status === 'refused') {
      refuse(line, fatalOr(receipt));
    } else {
      counts[receipt.status] += 1;
      counts.lines += 1;
    }
  }

  function refuse(line: number, { code, message }: Omit<LineRefusal, 'line'>): void {
    counts.refused += 1;
    counts.lines += 1;
    const refusal = { line, code, message };
    if (refusals.length < MAX_REFUSALS) refusals.push(refusal);
    onRefused?.(refusal);
  }
}

function fatalOr(receipt: RefusedReceipt): RefusedReceipt {
  const fatal = FATAL.find((code) => code === receipt.code);
  if (fatal) throw new SpokeError(fatal, receipt.message);
  return receipt;
}

function faultOf(fault: 'too long' | 'not UTF-8', maxLine: number): Omit<LineRefusal, 'line'> {
  if (fault === 'not UTF-8') return { code: 'IMPORT_LINE_INVALID', message: 'The line is not UTF-8.' };
  return {
    code: 'IMPORT_LINE_TOO_LONG',
    message: `The line has more than ${maxLine} bytes: no event with an allowed payload is that long.`,
  };
}
