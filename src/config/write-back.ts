import { type ConfigProblem, isRecord } from './config-problem.ts';
import { suggestion } from './nearest-name.ts';

/** The columns of the application's table that Spoke writes, by meaning, with their usual names. */
export const WRITE_BACK_COLUMNS = {
  hubspotId: 'hubspot_id',
  status: 'hubspot_sync_status',
  syncedAt: 'hubspot_synced_at',
  error: 'hubspot_error',
  attempts: 'hubspot_sync_attempts',
  lastAttemptAt: 'last_hubspot_attempt_at',
} as const;

export type WriteBackColumn = keyof typeof WRITE_BACK_COLUMNS;

/** A table of the application that shows what became of its rows, in the same database. */
export interface WriteBackTable {
  /** `leads` or `app.leads`; names as Postgres folds them, in lower case unless they were made with quotes. */
  readonly table: string;
  /** Other names of the columns; false leaves a column out. */
  readonly columns?: Partial<Readonly<Record<WriteBackColumn, string | false>>>;
  /** The words of the status column. Default PENDING, SYNCED, FAILED. */
  readonly statuses?: Partial<Readonly<Record<'pending' | 'synced' | 'failed', string>>>;
}

/** The row that an event is about: a table of the config, and its key, one entry for each column. */
export interface WriteBackTarget {
  readonly table: string;
  readonly key: Readonly<Record<string, string | number | bigint>>;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Postgres takes no NUL
const PART = /^[^"\u0000]{1,63}$/;

/** Schema and table of `app.leads`; undefined for what is no name. */
export function tableParts(table: string): { readonly schema?: string; readonly name: string } | undefined {
  const parts = table.split('.');
  const [first, second] = parts;
  if (first === undefined || parts.length > 2 || !parts.every((part) => PART.test(part))) return undefined;
  return second === undefined ? { name: first } : { schema: first, name: second };
}

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfWriteBack(value: unknown): ConfigProblem[] {
  if (value === undefined) return [];
  if (!isRecord(value)) return [{ name: 'writeBack', message: 'Give an object { name: { table: … } }.' }];
  return Object.entries(value).flatMap(([name, table]) => problemsOfTable(`writeBack.${name}`, table));
}

function problemsOfTable(place: string, table: unknown): ConfigProblem[] {
  if (!isRecord(table) || typeof table.table !== 'string' || tableParts(table.table) === undefined)
    return [{ name: `${place}.table`, message: 'Name a table: leads, or app.leads with its schema.' }];
  const problems: ConfigProblem[] = [];
  const known = Object.keys(WRITE_BACK_COLUMNS);
  for (const key of Object.keys(table).filter((each) => !['table', 'columns', 'statuses'].includes(each)))
    problems.push({
      name: place,
      message: `${key} is not a known key.${suggestion(key, ['table', 'columns', 'statuses'])}`,
    });
  for (const [column, name] of Object.entries(isRecord(table.columns) ? table.columns : {})) {
    if (!known.includes(column))
      problems.push({
        name: `${place}.columns`,
        message: `${column} is none of ${known.join(', ')}.${suggestion(column, known)}`,
      });
    else if (name !== false && (typeof name !== 'string' || !PART.test(name)))
      problems.push({ name: `${place}.columns.${column}`, message: 'Give the name of a column, or false.' });
  }
  for (const [status, word] of Object.entries(isRecord(table.statuses) ? table.statuses : {}))
    if (!['pending', 'synced', 'failed'].includes(status) || typeof word !== 'string' || word === '')
      problems.push({
        name: `${place}.statuses`,
        message: `${status} is to be one of pending, synced, failed, with a word.`,
      });
  return problems;
}
