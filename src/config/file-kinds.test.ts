import { describe, expect, it, test } from 'vitest';
import { acceptedEndings, FILE_ENDINGS, kindOfName } from './file-kinds.ts';

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

describe('the endings that are taken', () => {
  it.each<[lists: (readonly string[] | undefined)[], endings: readonly string[]]>([
    [[], FILE_ENDINGS],
    [[undefined, undefined], FILE_ENDINGS],
    [[['.CSV']], ['.csv']],
    [[['application/json', '.csv']], ['.csv', '.json']],
    [[['text/*']], ['.csv', '.tsv', '.tab', '.txt']],
    [[['text/*'], ['.csv', '.json']], ['.csv']],
    [[['.pdf', 'application/pdf']], []],
  ])('of %j are %j', (lists, endings) => {
    expect(acceptedEndings(...lists)).toEqual(endings);
  });
});
