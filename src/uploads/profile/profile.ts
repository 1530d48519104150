import type { FileKind } from '../../config/file-kinds.ts';

export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'date', 'e-mail', 'text', 'empty'] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

/** What is known of one column. Rates are from 0 to 1. */
export interface ColumnProfile {
  /** As it stands in the file, cut at 200 characters; `column 3` where it has none. */
  readonly name: string;
  /** Of at least 80 % of its values; `text` where no other is. */
  readonly type: ColumnType;
  readonly missingRate: number;
  /** Share of the values that are not of the type. */
  readonly oddRate: number;
  readonly distinct: number;
  /** Beyond 256 different values their number is estimated, within about 3 %. */
  readonly distinctIsExact: boolean;
}

/** The parts of the quality score, each from 0 to 1. */
export interface QualityParts {
  readonly completeness: number;
  readonly consistency: number;
  readonly uniqueness: number;
  readonly structure: number;
}

/** What a file holds. */
export interface FileProfile {
  readonly kind: FileKind;
  /** Of a text file: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`. */
  readonly encoding?: string;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  /** Share of the rows that had come before; of the first 500,000. */
  readonly duplicateRate: number;
  /** Rows with more or fewer values than the file has columns. */
  readonly raggedRows: number;
  /** 0 to 1. */
  readonly score: number;
  readonly parts: QualityParts;
  /** For people, in a few sentences. */
  readonly summary: string;
}

/** Why a file is not taken, with what its sender reads. */
export const REFUSALS = {
  ENCODING: 'The file holds bytes that are no text: save it again as UTF-8.',
  EMPTY: 'The file holds no rows.',
  TYPE: 'The content is not what the name of the file says.',
  CSV_BROKEN: 'A quote is opened in the file and never closed.',
  JSON_INVALID: 'The file is no valid JSON.',
  JSON_DEEP: 'Values are nested more than 64 deep.',
  JSON_ROWS: 'Give an array of objects, or one object that holds one such array.',
  ROW_TOO_LARGE: 'A row has more than 1,048,576 characters.',
  COLUMNS: 'The file has more than 1,000 columns.',
  XLSX_INVALID: 'The workbook cannot be read: save it again as .xlsx, without a password.',
  XLSX_ACTIVE: 'The workbook holds macros or embedded objects: save it without them.',
  XLSX_TOO_LARGE: 'Unpacked, the workbook is too large.',
  XML: 'The workbook holds a document type or entities, which no spreadsheet program writes.',
  DEADLINE: 'The file took too long to look through.',
  MEMORY: 'The file needs too much memory to look through.',
  SCAN: 'The file did not pass the check for malware.',
  SIZE: 'Other bytes came than were announced.',
  FAILED: 'The file could not be looked through.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export type ProfileResult =
  | { readonly ok: true; readonly profile: FileProfile }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

/** Ends the look through a file: what is wrong is the sender's to know. */
export class FileRefused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, options: { readonly cause?: unknown } = {}) {
    super(REFUSALS[code], options);
    this.name = 'FileRefused';
    this.code = code;
  }
}

export function refusedFile(code: RefusalCode): ProfileResult {
  return { ok: false, code, message: REFUSALS[code] };
}

/** Characters of one row, columns of one file, and levels of one value. */
export const MOST = { rowLength: 1_048_576, columns: 1_000, depth: 64 } as const;
