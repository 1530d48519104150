import { posix } from 'node:path';
import { openZip, type Zip } from './open-zip.ts';
import { FileRefused, MOST } from './profile.ts';
import { readXml } from './read-xml.ts';
import type { Cell, RowCollector } from './row-collector.ts';

const WORKBOOK = 'xl/workbook.xml';
const RELATIONS = 'xl/_rels/workbook.xml.rels';
const STRINGS = 'xl/sharedStrings.xml';
const STYLES = 'xl/styles.xml';
/** Shared texts are kept while the sheet is read: so many characters of them at most. */
const MOST_SHARED = 33_554_432;
/** Formats of dates and times that have a number instead of a text. */
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
/** A format of date or time names a year, month, day, hour or second outside of quotes and brackets. */
const QUOTED = /"[^"]*"|\[[^\]]*\]|\\./g;
const DATE_LETTER = /[ymdhs]/i;
/** Days from 1899-12-30, the day zero of workbooks, to 1970-01-01. */
const DAYS_TO_1970 = 25_569;
const DAY_MS = 86_400_000;

/**
 * Reads the first sheet of a workbook row by row; the first row names the columns. Rows without a value are left out.
 *
 * @throws FileRefused XLSX_INVALID, XLSX_TOO_LARGE, XLSX_ACTIVE, XML, COLUMNS, ROW_TOO_LARGE.
 */
export async function collectSheet(path: string, collector: RowCollector): Promise<void> {
  const zip = await openZip(path);
  try {
    const sheet = await firstSheet(zip);
    const shared = zip.has(STRINGS) ? await sharedTexts(zip) : [];
    const dates = zip.has(STYLES) ? await dateStyles(zip) : [];
    await readSheet(zip, sheet, { shared, dates }, collector);
  } finally {
    zip.close();
  }
}

/** The entry of the sheet that the workbook names first. */
async function firstSheet(zip: Zip): Promise<string> {
  let id: string | undefined;
  await readXml(zip.read(WORKBOOK), {
    open: (name, attributes) => {
      if (name === 'sheet') id ??= attributes['r:id'] ?? attributes.id;
    },
  });
  let target: string | undefined;
  await readXml(zip.read(RELATIONS), {
    open: (name, { Id, Target, TargetMode }) => {
      // Never followed out of the file.
      if (name === 'Relationship' && Id === id && TargetMode !== 'External') target ??= Target;
    },
  });
  if (target === undefined) throw new FileRefused('XLSX_INVALID');
  return target.startsWith('/') ? target.slice(1) : posix.join('xl', target);
}

async function sharedTexts(zip: Zip): Promise<string[]> {
  const texts: string[] = [];
  let [text, inText, inSound, length] = ['', false, false, 0];
  await readXml(zip.read(STRINGS), {
    open: (name) => {
      if (name === 'si') text = '';
      // How it is spoken (in Japanese workbooks) stands beside the text.
      if (name === 'rPh') inSound = true;
      inText = name === 't' && !inSound;
    },
    text: (piece) => {
      if (inText) text += piece;
    },
    close: (name) => {
      inText = false;
      if (name === 'rPh') inSound = false;
      if (name !== 'si') return;
      length += text.length + 1;
      if (length > MOST_SHARED) throw new FileRefused('XLSX_TOO_LARGE');
      texts.push(text);
    },
  });
  return texts;
}

/** By the number of the style, whether it shows a date. */
async function dateStyles(zip: Zip): Promise<boolean[]> {
  const dates = new Set(DATE_FORMATS);
  const styles: boolean[] = [];
  let inCells = false;
  await readXml(zip.read(STYLES), {
    open: (name, { numFmtId, formatCode = '' }) => {
      const format = Number(numFmtId);
      if (name === 'numFmt' && DATE_LETTER.test(formatCode.replace(QUOTED, ''))) dates.add(format);
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells) styles.push(dates.has(format));
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

async function readSheet(
  zip: Zip,
  sheet: string,
  { shared, dates }: { readonly shared: readonly string[]; readonly dates: readonly boolean[] },
  collector: RowCollector,
): Promise<void> {
  let row: Cell[] = [];
  let [column, text, length, inValue, width] = [0, '', 0, false, 0];
  let [type, style] = ['n', 0];
  const endRow = () => {
    if (row.every((cell) => cell === undefined)) return;
    if (width === 0) {
      width = row.length;
      return collector.setColumns(Array.from(row, (cell) => String(cell ?? '')));
    }
    // Cells without a value at the end of a row are not written.
    while (row.length < width) row.push(undefined);
    collector.addRow(row);
  };
  await readXml(zip.read(sheet), {
    open: (name, attributes) => {
      if (name === 'row') [row, column, length] = [[], 0, 0];
      if (name === 'c') {
        const place = attributes.r === undefined ? column : columnOf(attributes.r);
        if (place >= MOST.columns) throw new FileRefused('COLUMNS');
        // Cells come from left to right, else a row of few bytes could be read again and again.
        if (place < column) throw new FileRefused('XLSX_INVALID');
        while (row.length <= place) row.push(undefined);
        [column, text, type, style] = [place, '', attributes.t ?? 'n', Number(attributes.s ?? 0)];
      }
      inValue = name === 'v' || (name === 't' && type === 'inlineStr');
    },
    text: (piece) => {
      if (!inValue) return;
      text += piece;
      length += piece.length;
      if (length > MOST.rowLength) throw new FileRefused('ROW_TOO_LARGE');
    },
    close: (name) => {
      inValue = false;
      if (name === 'c') {
        row[column] = cellOf(text, type, dates[style] === true, shared);
        column += 1;
      }
      if (name === 'row') endRow();
    },
  });
}

function cellOf(text: string, type: string, isDate: boolean, shared: readonly string[]): Cell {
  if (text === '') return undefined;
  switch (type) {
    case 's':
      return shared[Number(text)];
    case 'b':
      return text === '1';
    case 'n': {
      const value = Number(text);
      if (!Number.isFinite(value)) return text;
      return isDate ? new Date(Math.round((value - DAYS_TO_1970) * DAY_MS)) : value;
    }
    default:
      return text;
  }
}

/** 0 for A1, 26 for AA1. */
function columnOf(place: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(place)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  if (column === 0) throw new FileRefused('XLSX_INVALID');
  return column - 1;
}
