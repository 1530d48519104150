import { expect, it } from 'vitest';
import { csvLine } from './export-records.ts';

it.each([
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://example.com","x")', `"'=HYPERLINK(""http://example.com"",""x"")"`],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['  =1', "'  =1"],
  ['|calc', "'|calc"],
  ['%0A', "'%0A"],
  ['+49 170 1234567', '+49 170 1234567'],
  ['+1 (555) 010-9999', '+1 (555) 010-9999'],
  ['-3.50', '-3.50'],
  ["-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"],
  ['+SUM(1)', "'+SUM(1)"],
  ['-', '-'],
  ['Ünïcødé 😀', 'Ünïcødé 😀'],
])('writes the cell %j', (text, expected) => {
  expect(csvLine([text])).toBe(`${expected}\r\n`);
});
