import type { WriteBackColumn, WriteBackTable } from '../config/write-back.ts';
import { quoted, quotedTable, writeBackColumns } from './write-back.ts';

/** Types of the columns that Spoke writes. Any type into which these can be cast does as well. */
const TYPES: Readonly<Record<WriteBackColumn, string>> = {
  hubspotId: 'text',
  status: 'text',
  syncedAt: 'timestamptz',
  error: 'text',
  attempts: 'integer',
  lastAttemptAt: 'timestamptz',
};

/** The statement that gives a table the columns of write-back which it lacks; it can be run again, and rewrites no row. */
export function writeBackSql(table: WriteBackTable): string {
  const columns = [...writeBackColumns(table)].map(
    ([meaning, name]) => `  add column if not exists ${quoted(name)} ${TYPES[meaning]}`,
  );
  return `alter table ${quotedTable(table.table)}\n${columns.join(',\n')};`;
}
