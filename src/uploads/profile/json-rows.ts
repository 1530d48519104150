import { FileRefused, MOST } from './profile.ts';
import type { RowCollector } from './row-collector.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = [0x5b, 0x7b];
const CLOSE = [0x5d, 0x7d];
const ARRAY = 0x5b;

/**
 * Reads an array of objects, or an object that holds one array of objects, row by row: only one row is ever in memory. What
 * stands around the rows is held to 1,048,576 characters and has to be valid too.
 *
 * @throws FileRefused JSON_INVALID, JSON_DEEP, JSON_ROWS, ROW_TOO_LARGE, COLUMNS.
 */
export async function collectJson(text: AsyncIterable<string>, collector: RowCollector): Promise<void> {
  const cutter = new JsonCutter((row) => addRow(row, collector));
  for await (const piece of text) cutter.push(piece);
  cutter.end();
}

/**
 * Reads one object a line; empty lines are skipped.
 *
 * @throws FileRefused JSON_INVALID, JSON_DEEP, JSON_ROWS, ROW_TOO_LARGE, COLUMNS.
 */
export async function collectLines(text: AsyncIterable<string>, collector: RowCollector): Promise<void> {
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST.rowLength) throw new FileRefused('ROW_TOO_LARGE');
    for (const line of lines) addLine(line, collector);
  }
  addLine(rest, collector);
}

function addLine(line: string, collector: RowCollector): void {
  if (line.length > MOST.rowLength) throw new FileRefused('ROW_TOO_LARGE');
  if (line.trim() === '') return;
  if (depthOf(line) > MOST.depth) throw new FileRefused('JSON_DEEP');
  addRow(line, collector);
}

function addRow(text: string, collector: RowCollector): void {
  const row = parsed(text);
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new FileRefused('JSON_ROWS');
  collector.addObject(row);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileRefused('JSON_INVALID', { cause: error });
  }
}

/** How deep brackets are nested, outside texts. */
function depthOf(text: string): number {
  let [depth, deepest, inText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (OPEN.includes(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSE.includes(code)) depth -= 1;
  }
  return deepest;
}

/**
 * Cuts the rows out of one JSON document.
 *
 * States: outside (collecting what stands around the rows) → inside the array of rows (collecting one row) → outside.
 */
class JsonCutter {
  readonly #onRow: (text: string) => void;
  #around = '';
  #row = '';
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** Depth inside the array of rows; 0 while outside of it. */
  #rowsDepth = 0;
  #hadRows = false;
  #rows = 0;

  constructor(onRow: (text: string) => void) {
    this.#onRow = onRow;
  }

  push(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inText = false;
      } else if (code === QUOTE) this.#inText = true;
      else if (code === COMMA && this.#depth === this.#rowsDepth && this.#rowsDepth > 0) {
        this.#keep(text, from, at);
        this.#endRow();
        from = at + 1;
      } else if (OPEN.includes(code)) {
        this.#depth += 1;
        if (this.#depth > MOST.depth) throw new FileRefused('JSON_DEEP');
        if (code === ARRAY && this.#rowsDepth === 0 && this.#depth <= 2) {
          if (this.#hadRows) throw new FileRefused('JSON_ROWS');
          this.#keep(text, from, at + 1);
          from = at + 1;
          this.#hadRows = true;
          this.#rowsDepth = this.#depth;
        }
      } else if (CLOSE.includes(code)) {
        if (this.#depth === this.#rowsDepth && this.#rowsDepth > 0) {
          this.#keep(text, from, at);
          // `[]` holds no row; `[{},]` holds one too few.
          if (this.#rows > 0 || this.#row.trim() !== '') this.#endRow();
          this.#rowsDepth = 0;
          from = at;
        }
        this.#depth -= 1;
      }
    }
    this.#keep(text, from, text.length);
  }

  end(): void {
    // Without its rows, all of it has to be valid: brackets that match, and nothing before or after.
    parsed(this.#around);
    if (!this.#hadRows) throw new FileRefused('JSON_ROWS');
  }

  #keep(text: string, from: number, to: number): void {
    const piece = text.slice(from, to);
    if (this.#rowsDepth > 0) this.#row += piece;
    else this.#around += piece;
    if (Math.max(this.#row.length, this.#around.length) > MOST.rowLength)
      throw new FileRefused('ROW_TOO_LARGE');
  }

  #endRow(): void {
    this.#onRow(this.#row);
    this.#row = '';
    this.#rows += 1;
  }
}
