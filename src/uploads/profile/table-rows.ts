import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { FileRefused, MOST } from './profile.ts';
import type { RowCollector } from './row-collector.ts';

const SEPARATORS = [',', ';', '\t', '|'] as const;
/** Characters of the first line that are looked at. */
const FIRST_LINE = 65_536;
/** What the parser says of a row that does not end. */
const TOO_LONG = 'CSV_MAX_RECORD_SIZE';

/**
 * Reads text of separated values; the first row names the columns. Any line end, also several in one file; a quote inside an
 * unquoted value is a character like others; short and long rows are counted.
 *
 * @throws FileRefused CSV_BROKEN, ROW_TOO_LARGE, COLUMNS.
 */
export async function collectTable(
  text: AsyncIterable<string>,
  collector: RowCollector,
  separator?: string,
): Promise<void> {
  const { line, all } = await firstLine(text);
  const parser = Readable.from(all).pipe(
    parse({
      delimiter: separator ?? separatorOf(line),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MOST.rowLength,
    }),
  );
  try {
    let isFirst = true;
    for await (const row of parser) {
      const cells = row as string[];
      if (cells.length > MOST.columns) throw new FileRefused('COLUMNS');
      if (isFirst) collector.setColumns(cells);
      else collector.addRow(cells);
      isFirst = false;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // A quote that is never closed swallows the rest of the file.
    throw new FileRefused(error.code === TOO_LONG && !line.includes('"') ? 'ROW_TOO_LARGE' : 'CSV_BROKEN', {
      cause: error,
    });
  }
}

/** The separator that the first line has most of, outside quotes. */
export function separatorOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '');
  const counted = SEPARATORS.map((each) => ({ each, count: bare.split(each).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).each;
}

async function firstLine(
  text: AsyncIterable<string>,
): Promise<{ readonly line: string; readonly all: AsyncIterable<string> }> {
  const pieces = text[Symbol.asyncIterator]();
  let start = '';
  while (start.length < FIRST_LINE && !/[\r\n]/.test(start)) {
    const { value, done } = await pieces.next();
    if (done) break;
    start += value;
  }
  async function* rest() {
    yield start;
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return;
      yield value;
    }
  }
  return { line: /^[^\r\n]*/.exec(start.slice(0, FIRST_LINE))?.[0] ?? '', all: rest() };
}
