import { cleanText, cutText } from '../../mapping/transforms/text.ts';
import { DistinctCount, hashText, mixed } from './distinct-count.ts';
import { type ColumnProfile, FileRefused, MOST } from './profile.ts';
import { isMissing, typeOfText, type ValueType } from './value-type.ts';

/** Rows that are remembered to find them again; a set of so many numbers takes about 20 MB. */
const REMEMBERED_ROWS = 500_000;
const LONGEST_NAME = 200;
/** Share of the values from which on they give the column its type. */
const TYPE_SHARE = 0.8;
const OTHER_SEED = 0x9747b28c;

/** A cell: text as it stands, or a value of JSON or a sheet that says its type. Undefined and null: none. */
export type Cell = string | number | boolean | Date | object | null | undefined;

interface Column {
  readonly name: string;
  readonly counts: Record<ValueType, number>;
  readonly distinct: DistinctCount;
  present: number;
}

/** Takes rows one by one and keeps only what the profile needs: some kB a column, and a hash a row. */
export class RowCollector {
  readonly #columns: Column[] = [];
  /** As they stand in the file: two that look the same when cleaned and cut are two columns. */
  readonly #byName = new Map<string, number>();
  readonly #seen = new Set<number>();
  #rows = 0;
  #repeated = 0;
  #ragged = 0;
  #width = 0;

  /** The columns of a table, in order. Names that are missing or come twice are told apart. */
  setColumns(names: readonly string[]): void {
    names.forEach((given, at) => {
      const plain = given.trim() || `column ${at + 1}`;
      let name = plain;
      for (let nr = 2; this.#byName.has(name); nr += 1) name = `${plain} (${nr})`;
      this.#column(name);
    });
    this.#width = names.length;
  }

  /** A row of a table; what has no column yet gets one. */
  addRow(cells: readonly Cell[]): void {
    if (cells.length !== this.#width) this.#ragged += 1;
    for (let at = this.#columns.length; at < cells.length; at += 1) this.#column(`column ${at + 1}`);
    this.#add(cells.map((cell, at) => [at, cell] as const));
  }

  /** A row by names, in whatever order; a name that is new gets a column. */
  addObject(row: object): void {
    this.#add(Object.entries(row).map(([name, cell]) => [this.#column(name), cell as Cell] as const));
  }

  get rows(): number {
    return this.#rows;
  }

  get raggedRows(): number {
    return this.#ragged;
  }

  get duplicateRate(): number {
    const looked = Math.min(this.#rows, REMEMBERED_ROWS);
    return looked === 0 ? 0 : this.#repeated / looked;
  }

  columns(): ColumnProfile[] {
    return this.#columns.map(({ name, counts, distinct, present }) => {
      const type = typeOf(counts, present);
      const fits =
        type === 'text' || type === 'empty'
          ? present
          : counts[type] + (type === 'number' ? counts.integer : 0);
      return {
        name,
        type,
        missingRate: this.#rows === 0 ? 0 : 1 - present / this.#rows,
        oddRate: present === 0 ? 0 : 1 - fits / present,
        distinct: distinct.value,
        distinctIsExact: distinct.isExact,
      };
    });
  }

  #column(given: string): number {
    const known = this.#byName.get(given);
    if (known !== undefined) return known;
    if (this.#columns.length === MOST.columns) throw new FileRefused('COLUMNS');
    const name = shownName(given) || `column ${this.#columns.length + 1}`;
    const counts = { integer: 0, number: 0, boolean: 0, date: 0, 'e-mail': 0, text: 0 };
    this.#byName.set(given, this.#columns.length);
    return this.#columns.push({ name, counts, distinct: new DistinctCount(), present: 0 }) - 1;
  }

  #add(cells: readonly (readonly [column: number, cell: Cell])[]): void {
    // A sum, so that the order of an object's names does not matter; 52 bits, since with 32 rows would meet by chance.
    let [low, high] = [0, 0];
    for (const [at, cell] of cells) {
      const column = this.#columns[at];
      const [text, type] = read(cell);
      if (column === undefined || text === undefined) continue;
      column.present += 1;
      column.counts[type ?? typeOfText(text)] += 1;
      const hash = hashText(text);
      column.distinct.add(hash);
      low = (low + mixed(hash + at)) >>> 0;
      high = (high + hashText(text, OTHER_SEED + at)) & 0xfffff;
    }
    this.#rows += 1;
    if (this.#rows > REMEMBERED_ROWS) return;
    const row = high * 2 ** 32 + low;
    if (this.#seen.has(row)) this.#repeated += 1;
    else this.#seen.add(row);
  }
}

/** Escapes in JSON hold what no text of a file may: NUL and halves of characters, which Postgres does not take. */
function shownName(given: string): string {
  const start = given.slice(0, LONGEST_NAME + 1);
  return cutText(cleanText(start).replace(/\s+/g, ' ').trim(), LONGEST_NAME);
}

function read(cell: Cell): readonly [text?: string, type?: ValueType] {
  if (cell === null || cell === undefined) return [];
  switch (typeof cell) {
    case 'string':
      return isMissing(cell) ? [] : [cell];
    case 'number':
      return [String(cell), Number.isInteger(cell) ? 'integer' : 'number'];
    case 'boolean':
      return [String(cell), 'boolean'];
    default:
      if (cell instanceof Date) return [String(cell.getTime()), 'date'];
      return [JSON.stringify(cell), 'text'];
  }
}

function typeOf(counts: Column['counts'], present: number): ColumnProfile['type'] {
  if (present === 0) return 'empty';
  const numbers = counts.integer + counts.number;
  if (counts.integer >= present * TYPE_SHARE && counts.number === 0) return 'integer';
  if (numbers >= present * TYPE_SHARE) return 'number';
  for (const type of ['boolean', 'date', 'e-mail'] as const)
    if (counts[type] >= present * TYPE_SHARE) return type;
  return 'text';
}
