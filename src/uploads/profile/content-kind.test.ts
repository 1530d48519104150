import { expect, test } from 'vitest';
import { checkContent, kindOfName } from './content-kind.ts';

test.each([
  ['people.csv', 'csv'],
  ['people.CSV', 'csv'],
  ['a.b.xlsx', 'xlsx'],
  ['lines.jsonl', 'ndjson'],
  ['x.ndjson', 'ndjson'],
  ['x.tab', 'tsv'],
  ['x.xls', undefined],
  ['x.csv.exe', undefined],
  ['x.xlsm', undefined],
  ['csv', undefined],
  ['x.csv ', undefined],
])('%j is of the kind %s', (name, kind) => {
  expect(kindOfName(name)).toBe(kind);
});

test.each(['BM,MZ,PAR\n1,2,3\n', 'MZ;x\n', 'PAR\n1\n'])(
  'a name of a column is no mark of a file: %j',
  (text) => {
    expect(() => checkContent(Buffer.from(text), 'csv')).not.toThrow();
  },
);
