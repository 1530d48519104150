import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputLine, readLines } from './import-lines.ts';

async function linesOf(chunks: readonly (string | Buffer)[], maxBytes = 1_000): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of readLines(streamOf(chunks), maxBytes)) lines.push(line);
  return lines;
}

async function* streamOf<T>(chunks: readonly T[]): AsyncGenerator<T> {
  yield* chunks;
}

test.each([
  {
    name: 'newlines',
    chunks: ['a\nb\n'],
    lines: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  {
    name: 'a last line without newline',
    chunks: ['a\nb'],
    lines: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  {
    name: 'carriage returns',
    chunks: ['a\r\nb\r\n'],
    lines: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  {
    name: 'a carriage return and its newline in two chunks',
    chunks: ['a\r', '\nb'],
    lines: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  { name: 'blank lines, which count', chunks: ['\n \t\n\r\na\n\n'], lines: [[4, 'a']] },
  {
    name: 'a byte order mark',
    chunks: [Buffer.from([0xef, 0xbb]), Buffer.from([0xbf, 0x61, 0x0a])],
    lines: [[1, 'a']],
  },
  { name: 'nothing', chunks: [], lines: [] },
  { name: 'only a byte order mark', chunks: ['\ufeff'], lines: [] },
  { name: 'a pair of surrogates cut apart', chunks: ['\ud83d', '\ude00\n'], lines: [[1, '\u{1f600}']] },
])('reads $name', async ({ chunks, lines }) => {
  expect(await linesOf(chunks)).toEqual(lines.map(([number, text]) => ({ number, text })));
});

test('reports a line that is not UTF-8 and goes on', async () => {
  expect(await linesOf([Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62])])).toEqual([
    { number: 1, text: 'a' },
    { number: 2, fault: 'not UTF-8' },
    { number: 3, text: 'b' },
  ]);
});

test.each([
  { line: 'x'.repeat(10), fits: true },
  { line: `${'x'.repeat(10)}\r`, fits: true },
  { line: 'x'.repeat(11), fits: false },
  { line: `${'x'.repeat(11)}\r`, fits: false },
  { line: 'x'.repeat(5_000), fits: false },
])('holds a line of $line.length bytes against a limit of 10', async ({ line, fits }) => {
  const whole = await linesOf([`${line}\nnext`], 10);
  const inBytes = await linesOf([...`${line}\nnext`], 10);
  const first = fits ? { number: 1, text: 'x'.repeat(10) } : { number: 1, fault: 'too long' };
  expect(whole).toEqual([first, { number: 2, text: 'next' }]);
  expect(inBytes).toEqual(whole);
});

test('cuts lines the same way wherever the chunks end', async () => {
  const lines = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')));
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(200)), async (texts, cuts) => {
      const bytes = Buffer.from(texts.join('\n'));
      const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
        (a, b) => a - b,
      );
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(await linesOf(chunks, 100_000)).toEqual(await linesOf([bytes], 100_000));
    }),
  );
});

test('never holds a whole line that is over the limit', async () => {
  const CHUNK = 65_536;
  const CHUNKS = 8_192;
  let held = 0;
  async function* endless() {
    const start = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < CHUNKS; n += 1) {
      yield Buffer.alloc(CHUNK, 'x');
      held = Math.max(held, process.memoryUsage().arrayBuffers - start);
    }
  }
  const lines: InputLine[] = [];
  for await (const line of readLines(endless(), 1_000_000)) lines.push(line);
  expect(lines).toEqual([{ number: 1, fault: 'too long' }]);
  // A quarter of the 512 MiB read: what the collector has not yet taken away counts too.
  expect(held).toBeLessThan((CHUNK * CHUNKS) / 4);
});
