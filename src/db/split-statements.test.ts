import { expect, test } from 'vitest';
import { splitStatements } from './split-statements.ts';

test.each([
  ['two statements', 'select 1; select 2;', ['select 1', 'select 2']],
  ['a last one without its semicolon', 'select 1;\nselect 2\n', ['select 1', 'select 2']],
  ['a semicolon in a string', "select 'a;''b;'; select 2", ["select 'a;''b;'", 'select 2']],
  ['a backslash before a quote', "select 'a\\'; select 2", ["select 'a\\'", 'select 2']],
  ['an escape string', "select E'a\\';b'; select 2", ["select E'a\\';b'", 'select 2']],
  ['a quoted name', 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', 'select 2']],
  ['a dollar quote', 'do $$ begin; end $$; select 2', ['do $$ begin; end $$', 'select 2']],
  ['a tagged dollar quote', 'do $a$ $$;$b$ $a$; select 2', ['do $a$ $$;$b$ $a$', 'select 2']],
  ['a parameter, which is no dollar quote', 'select $1; select $2', ['select $1', 'select $2']],
  ['a line comment', "-- it's; one\nselect 1; -- end", ["-- it's; one\nselect 1"]],
  ['nested comments', 'select /* ; /* ; */ ; */ 1; select 2', ['select /* ; /* ; */ ; */ 1', 'select 2']],
  ['nothing', ' ;; -- only this\n', []],
])('%s', (_name, script, statements) => {
  expect(splitStatements(script)).toEqual(statements);
});
