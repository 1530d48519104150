import type { Database } from '../db/database.ts';
import { readProperties } from './mirror-properties.ts';
import { checkChosen, compileQuery, DEFAULT_OBJECT_TYPE, type RecordQuery } from './record-query.ts';
import { type MirrorRecord, type RecordRow, recordColumns, recordOf } from './record-row.ts';

/** Records that are held in memory at once. */
const CHUNK = 1_000;

export interface ExportQuery extends RecordQuery {
  /** Properties that are given. Default: for CSV the usual ones of HubSpot's own object types; of others, and for NDJSON, all that are kept. */
  readonly properties?: readonly string[];
  /** Only records behind this id: of the last line of an export that broke off. */
  readonly afterId?: string;
  /** At most so many records. */
  readonly limit?: number;
}

/** Columns of a CSV when none are named. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  contacts: ['email', 'firstname', 'lastname', 'company', 'phone', 'jobtitle', 'lifecyclestage'],
  companies: ['name', 'domain', 'phone', 'city', 'country', 'industry', 'lifecyclestage'],
  deals: ['dealname', 'amount', 'pipeline', 'dealstage', 'closedate', 'hubspot_owner_id'],
  tickets: ['subject', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'hubspot_owner_id'],
};
const BOM = '\uFEFF';

/**
 * All records of a query in order of their ids, in chunks of up to 1,000, each as it stands when it is read. Memory stays the same
 * however many there are. Raises MIRROR_QUERY_INVALID and MIRROR_OBJECT_UNKNOWN.
 */
export async function* exportRecords(db: Database, query: ExportQuery): AsyncGenerator<MirrorRecord[], void> {
  const compiled = await compileQuery(db, query);
  checkChosen(query.properties, compiled);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let after = query.afterId ?? '0';
  const { condition, values, bind } = compiled;
  const [afterId, count] = [bind(after), bind(CHUNK)];
  while (left > 0) {
    const parameters = [...values.slice(0, -2), after, Math.min(CHUNK, left)];
    const rows = await db.query<RecordRow>(
      `select ${recordColumns()}
       from {schema}.mirror_records m where ${condition} and m.id > ${afterId}::bigint order by m.id limit ${count}::integer`,
      parameters,
    );
    if (rows.length === 0) return;
    yield rows.map(recordOf);
    left -= rows.length;
    after = String(rows.at(-1)?.id);
    if (rows.length < CHUNK) return;
  }
}

/** Lines of NDJSON, one object a record, in blocks of up to 1,000. */
export async function* exportNdjson(db: Database, query: ExportQuery): AsyncGenerator<string, void> {
  for await (const records of exportRecords(db, query))
    yield records.map((record) => `${JSON.stringify(chosen(record, query.properties))}\n`).join('');
}

/**
 * CSV (RFC 4180) with a head, in blocks of up to 1,000 lines. A cell that a spreadsheet would take for a formula begins with an
 * apostrophe; numbers and telephone numbers stay as they are. `bom`: begins with the mark by which Excel knows UTF-8.
 */
export async function* exportCsv(
  db: Database,
  query: ExportQuery & { readonly bom?: boolean },
): AsyncGenerator<string, void> {
  const { objectType = DEFAULT_OBJECT_TYPE } = query;
  const properties =
    query.properties ?? USUAL[objectType] ?? (await readProperties(db, objectType)).kept ?? [];
  const head = ['hubspot_id', ...properties, 'list_memberships', 'segments', 'created_at', 'updated_at'];
  let lead = `${query.bom ? BOM : ''}${csvLine(head)}`;
  for await (const records of exportRecords(db, query)) {
    const lines = records.map((record) =>
      csvLine([
        record.id,
        ...properties.map((name) => record.properties[name] ?? ''),
        record.lists.join(';'),
        record.segments.join(';'),
        record.createdAt?.toISOString() ?? '',
        record.updatedAt.toISOString(),
      ]),
    );
    yield lead + lines.join('');
    lead = '';
  }
  if (lead !== '') yield lead;
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = isFormula(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What Excel, LibreOffice and Google Sheets work out instead of showing. Digits with signs work out to a number at worst. */
function isFormula(text: string): boolean {
  if (/^[=@\t\r\n|%]/.test(text) || /^\s+[=+\-@]/.test(text)) return true;
  return /^[+-]/.test(text) && !/^[+-][\d\s().,/-]*$/.test(text);
}

function chosen(record: MirrorRecord, properties: readonly string[] | undefined): MirrorRecord {
  if (properties === undefined) return record;
  const kept = properties.flatMap((name) => {
    const value = record.properties[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...record, properties: Object.fromEntries(kept) };
}
