import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workbookEntries, workbookOf, zipOf } from '../../../test/support/workbooks.ts';
import type { FileKind } from '../../config/file-kinds.ts';
import { profileFile } from './profile-file.ts';

let folder: string;
let nr = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoke-profile-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function look(content: Buffer | string, kind: FileKind) {
  nr += 1;
  const path = join(folder, String(nr));
  await writeFile(path, content);
  return profileFile(path, kind);
}

async function profile(content: Buffer | string, kind: FileKind) {
  const result = await look(content, kind);
  if (!result.ok) throw new Error(result.message);
  return result.profile;
}

const columns = (found: Awaited<ReturnType<typeof profile>>) =>
  found.columns.map(({ name, type, distinct }) => [name, type, distinct]);

const PEOPLE = [
  ['name', 'age', 'weight', 'born', 'email', 'active', 'none'],
  ['Ada', '36', '61.5', '1815-12-10', 'ada@example.com', 'true', ''],
  ['Grace', '85', '58', '1906-12-09', 'grace@example.com', 'false', ''],
  ['Ada', '36', '61.5', '1815-12-10', 'ada@example.com', 'true', ''],
];
const EXPECTED = [
  ['name', 'text', 2],
  ['age', 'integer', 2],
  ['weight', 'number', 2],
  ['born', 'date', 2],
  ['email', 'e-mail', 2],
  ['active', 'boolean', 2],
  ['none', 'empty', 0],
];
const objects = PEOPLE.slice(1).map((row) =>
  Object.fromEntries(row.map((cell, at) => [PEOPLE[0]?.[at] ?? '', cell])),
);
const lines = (separator: string, end = '\n') => PEOPLE.map((row) => row.join(separator)).join(end);
const utf16 = (text: string, swap: boolean) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return swap ? bytes.swap16() : bytes;
};

/** What Postgres takes as JSON: no NUL, no half of a character. */
const isStorable = (value: unknown) => !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value));

describe('the same table gives the same profile', () => {
  test.each<[what: string, kind: FileKind, content: Buffer | string]>([
    ['with commas', 'csv', lines(',')],
    ['with semicolons', 'csv', lines(';')],
    ['with tabs', 'tsv', lines('\t')],
    ['with a mark of UTF-8', 'csv', `\ufeff${lines(',')}`],
    ['with line ends of Windows', 'csv', lines(',', '\r\n')],
    ['with lone carriage returns', 'csv', lines(',', '\r')],
    ['as UTF-16, little end first', 'csv', utf16(lines(','), false)],
    ['as UTF-16, big end first', 'csv', utf16(lines(','), true)],
    ['as UTF-16 without a mark', 'csv', utf16(lines(','), false).subarray(2)],
    ['as an array', 'json', JSON.stringify(objects)],
    ['as an object with one array', 'json', JSON.stringify({ at: { x: 1 }, rows: objects, n: 1 }, null, 2)],
    ['as lines', 'ndjson', `${objects.map((row) => JSON.stringify(row)).join('\n\n')}\n`],
    ['as a workbook', 'xlsx', workbookOf(PEOPLE)],
  ])('%s', async (_, kind, content) => {
    const found = await profile(content, kind);
    expect(columns(found)).toEqual(EXPECTED);
    expect(found).toMatchObject({ rows: 3, raggedRows: 0, duplicateRate: 1 / 3 });
  });
});

test('cells of a workbook: shared texts, dates by their style, booleans, gaps', async () => {
  const rows = `<row><c r="A1" t="s"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row>
    <row r="9"><c r="A9" s="1"><v>45000.5</v></c><c r="C9" t="b"><v>1</v></c></row><row/>`;
  const found = await profile(zipOf(workbookEntries(rows, ['fine', 'since'])), 'xlsx');
  expect(columns(found)).toEqual([
    ['since', 'date', 1],
    ['column 2', 'empty', 0],
    ['fine', 'boolean', 1],
  ]);
});

test('Windows-1252 is read where the bytes are no UTF-8', async () => {
  const found = await profile(Buffer.from('name,city\nJosé,Málaga\n', 'latin1'), 'csv');
  expect(found).toMatchObject({ encoding: 'windows-1252', rows: 1 });
});

test('the score is the weighted sum of its parts', async () => {
  // 9 of 15 cells are filled; 1 of 5 rows repeats; 1 of 5 rows is longer than the first line.
  const found = await profile('a,b\n1,\n1,\n2,x\n3,y\n4,z,1\n', 'csv');
  const { parts, score } = found;
  expect(parts).toEqual({ completeness: 0.6, consistency: 1, uniqueness: 0.8, structure: 0.8 });
  expect(score).toBe(0.78);
  expect(found.summary).toContain(
    'CSV with 5 rows and 3 columns: a (integer), b (text), column 3 (integer).',
  );
});

test('names of columns that are missing or come twice are told apart, and none is a part of an object', async () => {
  const found = await profile('a,a,,__proto__\n1,2,3,4\n', 'csv');
  expect(found.columns.map(({ name }) => name)).toEqual(['a', 'a (2)', 'column 3', '__proto__']);
  const json = await profile('[{"__proto__": {"polluted": 1}, "constructor": 1}]', 'json');
  expect(json.columns.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('names that only escapes can write are cleaned and cut, and stay columns of their own', async () => {
  const long = 'x'.repeat(199);
  const found = await profile(
    JSON.stringify([{ 'a\0b\u001b': 1, '\ud83d': 2, [`${long}😀 1`]: 3, [`${long}😀 2`]: 4, ' \n': 5 }]),
    'json',
  );
  expect(found.columns.map(({ name }) => name)).toEqual(['a\ufffdb', '\ufffd', long, long, 'column 5']);
  expect(found.columns.map(({ missingRate }) => missingRate)).toEqual([0, 0, 0, 0, 0]);
  expect(isStorable(found)).toBe(true);
  expect((await profile(`${long}x,${long}xy,${long}x\n1,2,3\n`, 'csv')).columns).toHaveLength(3);
});

test('many different values are estimated within 5 %', async () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => `${at % 7_000},${at}`);
  const [few, many] = (await profile(`a,b\n${rows.join('\n')}`, 'csv')).columns;
  expect(few?.distinctIsExact).toBe(false);
  expect(Math.abs((few?.distinct ?? 0) / 7_000 - 1)).toBeLessThan(0.05);
  expect(Math.abs((many?.distinct ?? 0) / 20_000 - 1)).toBeLessThan(0.05);
});

const entity = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(10)}">]>`;
const sheet = (content: string) =>
  zipOf([
    ...workbookEntries('').filter(({ name }) => !name.includes('sheet1')),
    { name: 'xl/worksheets/sheet1.xml', content },
  ]);
const row = '<row><c><v>1</v></c></row>';
const [few, bomb] = [row.repeat(3), Buffer.alloc(40_000_000, ' ')];

describe('hostile files are refused with their reason', () => {
  test.each<[what: string, kind: FileKind, content: Buffer | string, code: string]>([
    ['nothing', 'csv', '', 'EMPTY'],
    ['only names', 'csv', 'a,b\n', 'EMPTY'],
    ['an empty array', 'json', '[]', 'EMPTY'],
    ['a program as CSV', 'csv', Buffer.from('4d5a900003000000', 'hex'), 'TYPE'],
    ['a workbook as CSV', 'csv', workbookOf(PEOPLE), 'TYPE'],
    ['CSV as a workbook', 'xlsx', lines(','), 'TYPE'],
    ['a picture as a workbook', 'xlsx', Buffer.from('89504e470d0a1a0a', 'hex'), 'TYPE'],
    ['SVG with script as CSV', 'csv', '<svg onload="alert(1)">', 'TYPE'],
    ['HTML after blanks as TSV', 'tsv', ' \n<!doctype html><script>', 'TYPE'],
    ['a shell script as CSV', 'csv', '#!/bin/sh\nrm -rf /\n', 'TYPE'],
    ['a PDF as JSON', 'json', '%PDF-1.7', 'TYPE'],
    ['an old workbook', 'xlsx', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'XLSX_INVALID'],
    [
      'a workbook behind other bytes',
      'xlsx',
      Buffer.concat([Buffer.from('GIF89a'), workbookOf(PEOPLE)]),
      'TYPE',
    ],
    [
      'a workbook before other bytes',
      'xlsx',
      Buffer.concat([workbookOf(PEOPLE), Buffer.from('<script>')]),
      'XLSX_INVALID',
    ],
    ['NUL in CSV', 'csv', 'a,b\n1,\0\n', 'ENCODING'],
    ['a quote that is never closed', 'csv', 'a,b\n1,"2\n3,4\n', 'CSV_BROKEN'],
    ['a line without end', 'csv', `a,b\n${'x'.repeat(2_000_000)}`, 'CSV_BROKEN ROW_TOO_LARGE'],
    ['a line of JSON without end', 'ndjson', `{"a":"${'x'.repeat(2_000_000)}"}`, 'ROW_TOO_LARGE'],
    ['a row of JSON without end', 'json', `[{"a":"${'x'.repeat(2_000_000)}`, 'ROW_TOO_LARGE'],
    ['a million columns', 'csv', `${'a,'.repeat(100_000)}b\n1\n`, 'COLUMNS'],
    [
      'a million columns in JSON',
      'json',
      `[{${Array.from({ length: 2_000 }, (_, at) => `"k${at}":1`)}}]`,
      'COLUMNS',
    ],
    ['deep JSON', 'json', `[{"a":${'['.repeat(100_000)}`, 'JSON_DEEP'],
    ['deep lines', 'ndjson', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'JSON_DEEP'],
    ['JSON that is none', 'json', '[{"a":1},{a:2}]', 'JSON_INVALID'],
    ['JSON with a comma too many', 'json', '[{"a":1},]', 'JSON_INVALID'],
    ['JSON that ends early', 'json', '[{"a":1}', 'JSON_INVALID'],
    ['JSON after JSON', 'json', '[{"a":1}]{"b":2}', 'JSON_INVALID'],
    ['JSON with other brackets', 'json', '[{"a":1}}', 'JSON_INVALID'],
    ['numbers', 'json', '[1,2]', 'JSON_ROWS'],
    ['two arrays', 'json', '{"a":[{"x":1}],"b":[{"x":1}]}', 'JSON_ROWS'],
    ['no array', 'json', '{"a":1}', 'JSON_ROWS'],
    ['a bomb', 'xlsx', sheet(`<x>${bomb}</x>`), 'XLSX_TOO_LARGE'],
    [
      'a bomb that says it is small',
      'xlsx',
      zipOf([
        ...workbookEntries(few).slice(0, -1),
        { name: 'xl/worksheets/sheet1.xml', content: `<x>${bomb}</x>`, says: { size: 1_000 } },
      ]),
      'XLSX_INVALID',
    ],
    [
      'sizes beyond all measure',
      'xlsx',
      zipOf(workbookEntries(few).map((entry) => ({ ...entry, says: { size: 4_000_000_000 } }))),
      'XLSX_TOO_LARGE',
    ],
    [
      'too many entries',
      'xlsx',
      zipOf(Array.from({ length: 6_000 }, (_, at) => ({ name: `${at}`, content: '' }))),
      'XLSX_TOO_LARGE',
    ],
    [
      'an entry outside the folder',
      'xlsx',
      zipOf([...workbookEntries(few), { name: '../../etc/passwd', content: 'x' }]),
      'XLSX_INVALID',
    ],
    [
      'an absolute entry',
      'xlsx',
      zipOf([...workbookEntries(few), { name: '/etc/passwd', content: 'x' }]),
      'XLSX_INVALID',
    ],
    ['an entry twice', 'xlsx', zipOf([...workbookEntries(few), ...workbookEntries(few)]), 'XLSX_INVALID'],
    [
      'an encrypted entry',
      'xlsx',
      zipOf(workbookEntries(few).map((entry) => ({ ...entry, says: { flags: 1 } }))),
      'XLSX_INVALID',
    ],
    [
      'macros',
      'xlsx',
      zipOf([...workbookEntries(few), { name: 'xl/vbaProject.bin', content: 'x' }]),
      'XLSX_ACTIVE',
    ],
    [
      'a file in the workbook',
      'xlsx',
      zipOf([...workbookEntries(few), { name: 'xl/embeddings/a.zip', content: zipOf([]) }]),
      'XLSX_ACTIVE',
    ],
    ['a zip file without a workbook', 'xlsx', zipOf([{ name: 'a', content: 'x' }]), 'XLSX_INVALID'],
    ['entities', 'xlsx', sheet(`${entity}<x>&b;</x>`), 'XML'],
    ['a billion laughs', 'xlsx', sheet(`<?xml version="1.0"?>${entity}${few}`), 'XML'],
    ['an entity of a file', 'xlsx', sheet('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'), 'XML'],
    ['an entity that nobody declared', 'xlsx', sheet('<x>&evil;</x>'), 'XML'],
    ['elements without end', 'xlsx', sheet('<x>'.repeat(1_000)), 'XLSX_INVALID'],
    ['a column far to the right', 'xlsx', sheet('<x><row><c r="XFD1"><v>1</v></c></row></x>'), 'COLUMNS'],
    [
      'cells from right to left',
      'xlsx',
      sheet('<x><row><c r="C1"><v>1</v></c><c r="A1"><v>1</v></c></row></x>'),
      'XLSX_INVALID',
    ],
  ])('%s', async (_, kind, content, codes) => {
    const result = await look(content, kind);
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(/\.$/) });
    expect(codes.split(' ')).toContain(result.ok ? 'ok' : result.code);
  });
});
