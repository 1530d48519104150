import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { refreshView } from '../../src/mirror/views.ts';
import { testDatabase } from '../support/database.ts';

const PAGE = readFileSync('docs/reference/sql.md', 'utf8');

it('docs/reference/sql.md lists every view of the mirror with its columns, in their order', async () => {
  const { db, drop } = await testDatabase();
  onTestFinished(drop);
  const views = await db.query<{ view: string; columns: string[] }>(
    `select c.relname::text as view, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = $1::regnamespace and c.relkind = 'v' and c.relname like 'hubspot\\_%' group by 1 order by 1`,
    [db.schema],
  );
  const [, rest = ''] = PAGE.split('## The rest');
  const told = [...rest.matchAll(/^\| `(hubspot_\w+)` \|[^|]*\|([^|]*)\|$/gm)].map(
    ([, view, columns = '']) => ({
      view,
      columns: namesIn(columns),
    }),
  );
  expect(told.sort((a, b) => (String(a.view) < String(b.view) ? -1 : 1))).toEqual(views);
});

it('docs/reference/sql.md lists the columns that every view of contacts has, and its first statement runs', async () => {
  const { db, drop } = await testDatabase();
  onTestFinished(drop);
  await db.query(
    `insert into {schema}.mirror_properties values ('contacts', 'lifecyclestage', 'enumeration', '{}', clock_timestamp())`,
  );
  await refreshView(db, 'contacts', silentLogger);
  const columns = await db.query<{ name: string }>(
    `select attname::text as name from pg_attribute where attrelid = '{schema}.hubspot_contacts'::regclass and attnum > 0 order by attnum`,
  );
  const [table = ''] = PAGE.split('## Records')[1]?.match(/^\| Column .*?(?=^$)/ms) ?? [];
  const told = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) => namesIn(cell));
  expect(columns.map(({ name }) => name)).toEqual([...told, 'lifecyclestage']);
  const [statement = ''] = PAGE.match(/(?<=```sql\n)select.*?(?=;\n```)/s) ?? [];
  expect(await db.query(statement.replaceAll('spoke.', '{schema}.'))).toEqual([]);
});

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}
