import type { FileKind } from '../../config/file-kinds.ts';
import { checkContent } from './content-kind.ts';
import { collectJson, collectLines } from './json-rows.ts';
import { FileRefused, type ProfileResult, refusedFile } from './profile.ts';
import { qualityOf, summaryOf } from './quality.ts';
import { encodingOf, head, readText } from './read-text.ts';
import { RowCollector } from './row-collector.ts';
import { collectSheet } from './sheet-rows.ts';
import { collectTable } from './table-rows.ts';

/** Bytes that are held against the kind. */
const HEAD = 4_096;

/**
 * Looks through a file and says what it holds, in one pass and with memory that does not grow with it. A file that cannot be read
 * is refused with its reason; nothing but faults of the disk is thrown.
 */
export async function profileFile(path: string, kind: FileKind): Promise<ProfileResult> {
  try {
    checkContent(await head(path, HEAD), kind);
    const collector = new RowCollector();
    const encoding = await collect(path, kind, collector);
    const { rows, raggedRows, duplicateRate } = collector;
    if (rows === 0) return refusedFile('EMPTY');
    const columns = collector.columns();
    const table = { rows, columns, duplicateRate, raggedRows };
    const profile = {
      kind,
      ...(encoding === undefined ? {} : { encoding }),
      ...table,
      ...qualityOf(table),
    };
    return { ok: true, profile: { ...profile, summary: summaryOf(profile) } };
  } catch (error) {
    if (error instanceof FileRefused) return refusedFile(error.code);
    throw error;
  }
}

/** Returns the encoding of a text file. */
async function collect(path: string, kind: FileKind, collector: RowCollector): Promise<string | undefined> {
  if (kind === 'xlsx') {
    await collectSheet(path, collector);
    return undefined;
  }
  const encoding = await encodingOf(path);
  const text = readText(path, encoding);
  if (kind === 'json') await collectJson(text, collector);
  else if (kind === 'ndjson') await collectLines(text, collector);
  else await collectTable(text, collector, kind === 'tsv' ? '\t' : undefined);
  return encoding;
}
