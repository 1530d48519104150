import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Signs of a mistake in the code or its SQL, which no fault outside explains. */
const NEVER_EXPECTED =
  /\b(TypeError|ReferenceError|RangeError|SyntaxError|AssertionError|unhandled ?rejection|uncaught ?exception|MaxListenersExceededWarning|heap out of memory)\b|deadlock detected|40P01|syntax error at or near|duplicate key value|violates .{1,40} constraint|(column|relation|function) .{1,120} does not exist/i;

/** At most so many lines of one kind are shown. */
const SHOWN_PER_PATTERN = 3;
const SHOWN_LENGTH = 400;

export interface LogScan {
  readonly files: number;
  readonly bytes: number;
  readonly unexpectedLines: readonly string[];
  readonly leaks: readonly string[];
}

/** Reads every log of a folder, looking for mistakes and for canaries: plain, base64, URL-encoded and JSON-escaped. */
export async function scanLogs(folder: string, canaries: ReadonlyMap<string, string>): Promise<LogScan> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  const needles = [...canaries].flatMap(([what, text]) => formsOf(text).map((form) => ({ what, form })));
  const shown = new Map<string, number>();
  const unexpectedLines: string[] = [];
  const leaks: string[] = [];
  let bytes = 0;
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    bytes += text.length;
    for (const { what, form } of needles) {
      if (text.includes(form)) leaks.push(`${name} holds ${what}`);
    }
    for (const line of text.split('\n')) {
      const sign = NEVER_EXPECTED.exec(line)?.[0];
      if (sign === undefined) continue;
      const seen = (shown.get(sign) ?? 0) + 1;
      shown.set(sign, seen);
      if (seen <= SHOWN_PER_PATTERN) unexpectedLines.push(`${name}: ${line.slice(0, SHOWN_LENGTH)}`);
    }
  }
  return { files: names.length, bytes, unexpectedLines, leaks };
}

function formsOf(text: string): string[] {
  // A base64 text depends on what stands before it: the middle of the three possible alignments is enough to find it.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + text)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  );
  return [...new Set([text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), ...base64])];
}
