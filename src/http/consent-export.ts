import type { ConsentRecord } from '../forms/consents.ts';
import { csvLine } from '../mirror/export-records.ts';

const COLUMNS = [
  'at',
  'given',
  'held',
  'field',
  'purpose',
  'text',
  'version',
  'language',
  'form',
  'source',
  'email',
  'submissionId',
] as const satisfies readonly (keyof ConsentRecord)[];

/** One JSON object a line. */
export function consentsNdjson(consents: readonly ConsentRecord[]): string {
  return consents.map((consent) => `${JSON.stringify(consent)}\n`).join('');
}

/** With a line of names, as the mirror's exports are written. */
export function consentsCsv(consents: readonly ConsentRecord[]): string {
  const lines = consents.map((consent) => csvLine(COLUMNS.map((name) => cellOf(consent[name]))));
  return [csvLine([...COLUMNS]), ...lines].join('');
}

function cellOf(value: ConsentRecord[keyof ConsentRecord]): string {
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}
