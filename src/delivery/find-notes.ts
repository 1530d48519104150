import type { Associations } from '../hubspot/associations.ts';
import { parseBatchAnswer } from '../hubspot/batch-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { MAX_BATCH_INPUTS, type Records } from '../hubspot/records.ts';

/** Association batch/read takes this many records. */
const RECORDS_PER_READ = 1_000;

export interface SoughtNote {
  readonly mark: string;
  readonly objectType: string;
  /** The records it may hang on: the one it was sent for, and the one that it is now. */
  readonly recordIds: readonly string[];
}

/**
 * Looks for notes by their marks among the notes of their records: the id of each that exists, `absent` for each that certainly
 * does not, and no entry where HubSpot could not be read; then `trouble` is the exchange that stopped the reading. Search is not
 * used: its index lags behind. `mayRead` is asked before each call: false ends the look.
 */
export async function findNotes(
  sought: readonly SoughtNote[],
  reads: { readonly records: Records; readonly associations: Associations },
  mayRead: () => Promise<boolean>,
): Promise<{ readonly found: ReadonlyMap<string, string>; readonly trouble?: Exchange }> {
  let trouble: Exchange | undefined;
  const notesOf = new Map<string, readonly string[]>();
  for (const objectType of new Set(sought.map((note) => note.objectType))) {
    const recordIds = [
      ...new Set(sought.flatMap((note) => (note.objectType === objectType ? note.recordIds : []))),
    ];
    for (let start = 0; start < recordIds.length; start += RECORDS_PER_READ) {
      if (!(await mayRead())) break;
      const part = recordIds.slice(start, start + RECORDS_PER_READ);
      const read = await reads.associations.readAssociations(objectType, 'notes', part);
      if (read.kind === 'failed') trouble ??= read.exchange;
      else for (const [recordId, noteIds] of read.links) notesOf.set(`${objectType} ${recordId}`, noteIds);
    }
  }
  const bodies = await bodiesOf(
    [...new Set([...notesOf.values()].flat())],
    reads.records,
    mayRead,
    (exchange) => {
      trouble ??= exchange;
    },
  );
  const found = new Map<string, string>();
  for (const { mark, objectType, recordIds } of sought) {
    const noteIds = recordIds.map((id) => notesOf.get(`${objectType} ${id}`));
    const hit = noteIds
      .flatMap((each) => each ?? [])
      .sort((a, b) => Number(a) - Number(b))
      .find((noteId) => bodies.get(noteId)?.includes(mark));
    const complete = noteIds.every((each) => each?.every((noteId) => bodies.has(noteId)) ?? false);
    if (hit !== undefined) found.set(mark, hit);
    else if (complete) found.set(mark, 'absent');
  }
  return { found, ...(trouble === undefined ? {} : { trouble }) };
}

/** Bodies by note id; a note deleted meanwhile has an empty one, a note that could not be read has no entry. */
async function bodiesOf(
  noteIds: readonly string[],
  records: Records,
  mayRead: () => Promise<boolean>,
  onTrouble: (exchange: Exchange) => void,
): Promise<Map<string, string>> {
  const bodies = new Map<string, string>();
  for (let start = 0; start < noteIds.length; start += MAX_BATCH_INPUTS) {
    const ids = noteIds.slice(start, start + MAX_BATCH_INPUTS);
    if (!(await mayRead())) break;
    const exchange = await records.batchRead('notes', { ids, properties: ['hs_note_body'] });
    if (exchange.kind !== 'reply' || exchange.flaw || (exchange.status !== 200 && exchange.status !== 207)) {
      onTrouble(exchange);
      continue;
    }
    const answer = parseBatchAnswer(exchange.body);
    for (const result of answer.results) bodies.set(result.id, result.properties.hs_note_body ?? '');
    for (const id of answer.errors.flatMap((error) =>
      error.category === 'OBJECT_NOT_FOUND' ? error.ids : [],
    ))
      bodies.set(id, '');
  }
  return bodies;
}
