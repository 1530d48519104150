import type { FileKind } from '../../config/file-kinds.ts';
import { FileRefused } from './profile.ts';

/** First bytes of what is no text and no workbook, in hexadecimal digits: programs, pictures, archives, documents. */
const FOREIGN = [
  '4d5a',
  '7f454c46',
  'cafebabe',
  'cffaedfe',
  '25504446',
  '89504e47',
  '47494638',
  'ffd8ff',
  '52494646',
  '424d',
  '1f8b',
  '425a68',
  'fd377a58',
  '377abcaf',
  '52617221',
  '28b52ffd',
  'd0cf11e0',
  '00000100',
  '7b5c727466',
  '252150532d',
  '53514c69746520',
  '504152',
];
const ZIP = '504b0304';
/** Text that a browser or a shell would run. A file of separated values begins with the name of a column. */
const ACTIVE_TEXT = /^(?:<|#!|%!)/;
const BOM = /^\ufeff/;
/** Letters that belong to no name, by which `BM`, `MZ` and `PAR` are told from the first letters of a column. */
const CONTROL = /(?![\t\n\v\f\r])\p{Cc}/u;
const SHORT_MARK = 6;

/**
 * Holds the first bytes of a file against the kind that its name says.
 *
 * @throws FileRefused TYPE for another content, EMPTY for none, XLSX_INVALID for a workbook of the old kind or with a password.
 */
export function checkContent(head: Buffer, kind: FileKind): void {
  if (head.length === 0) throw new FileRefused('EMPTY');
  const mark = head.subarray(0, 8).toString('hex');
  if (kind === 'xlsx') {
    if (mark.startsWith(ZIP)) return;
    throw new FileRefused(mark.startsWith('d0cf11e0') ? 'XLSX_INVALID' : 'TYPE');
  }
  const text = head.toString('latin1');
  const isForeign = [ZIP, ...FOREIGN].some(
    (each) => mark.startsWith(each) && (each.length > SHORT_MARK || CONTROL.test(text)),
  );
  const start = head.toString('utf8').replace(BOM, '').trimStart();
  if (isForeign || ACTIVE_TEXT.test(start)) throw new FileRefused('TYPE');
  const isUtf16 = mark.startsWith('fffe') || mark.startsWith('feff') || text.includes('\0');
  if (!isUtf16 && (kind === 'json' || kind === 'ndjson') && start !== '' && !/^[[{]/.test(start))
    throw new FileRefused('JSON_INVALID');
}
