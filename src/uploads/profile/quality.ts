import type { FileKind } from '../../config/file-kinds.ts';
import type { ColumnProfile, FileProfile, QualityParts } from './profile.ts';

/** What each part counts for; together 1. */
export const QUALITY_WEIGHTS = {
  completeness: 0.4,
  consistency: 0.3,
  uniqueness: 0.2,
  structure: 0.1,
} as const satisfies Record<keyof QualityParts, number>;

/** Names of columns that the summary tells. */
const NAMED = 8;
const KIND_NAMES: Readonly<Record<FileKind, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  ndjson: 'NDJSON',
  xlsx: 'XLSX',
};

/**
 * The quality of a table, 0 to 1, with its parts: how many cells are filled, how many values are of their column's type, how many
 * rows are no repeats, and how many rows have as many values as there are columns. Nothing is worth 0.
 */
export function qualityOf(table: {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly duplicateRate: number;
  readonly raggedRows: number;
}): { readonly score: number; readonly parts: QualityParts } {
  const { rows, columns, duplicateRate, raggedRows } = table;
  if (rows === 0 || columns.length === 0)
    return { score: 0, parts: { completeness: 0, consistency: 0, uniqueness: 0, structure: 0 } };
  const filled = columns.map(({ missingRate }) => 1 - missingRate);
  const values = sum(filled);
  const parts = {
    completeness: rounded(values / columns.length),
    consistency: rounded(
      values === 0 ? 0 : 1 - sum(columns.map(({ oddRate }, at) => oddRate * (filled[at] ?? 0))) / values,
    ),
    uniqueness: rounded(1 - duplicateRate),
    structure: rounded(1 - raggedRows / rows),
  };
  const score = (Object.keys(QUALITY_WEIGHTS) as (keyof QualityParts)[]).map(
    (part) => QUALITY_WEIGHTS[part] * parts[part],
  );
  return { score: rounded(sum(score)), parts };
}

/** The profile for people. */
export function summaryOf(profile: Omit<FileProfile, 'summary'>): string {
  const { kind, rows, columns, duplicateRate, score, parts } = profile;
  const names = columns.slice(0, NAMED).map(({ name, type }) => `${name} (${type})`);
  const more = columns.length > NAMED ? `, and ${columns.length - NAMED} more` : '';
  return [
    `${KIND_NAMES[kind]} with ${counted(rows, 'row')} and ${counted(columns.length, 'column')}: ${names.join(', ')}${more}.`,
    `${percent(1 - parts.completeness)} of the cells are empty, ${percent(duplicateRate)} of the rows are repeats.`,
    `Quality ${score.toFixed(2)} of 1.`,
  ].join(' ');
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
