import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileRefused } from './profile.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** As many bytes are looked at to tell UTF-16 without a mark. */
const SAMPLE = 4_096;
/** Bytes read at once. */
const CHUNK = 65_536;
/** Share of NUL bytes on one side of the pairs from which text is UTF-16. */
const HALF_NULS = 0.3;

/** Tells the encoding: by its mark, by the NUL bytes of UTF-16, else UTF-8 where all of it is valid, else Windows-1252. */
export async function encodingOf(path: string): Promise<TextEncoding> {
  const sample = await head(path, SAMPLE);
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  const nuls = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = nuls;
  const enough = (sample.length / 2) * HALF_NULS;
  if (odd > enough && even === 0) return 'utf-16le';
  if (even > enough && odd === 0) return 'utf-16be';
  return (await isUtf8(path)) ? 'utf-8' : 'windows-1252';
}

/**
 * The text of a file piece by piece, without the mark of its encoding.
 *
 * @throws FileRefused ENCODING for a NUL, which no text holds.
 */
export async function* readText(path: string, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
    yield checked(decoder.decode(chunk as Buffer, { stream: true }));
  }
  yield checked(decoder.decode());
}

/** The first bytes of a file. */
export async function head(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }))
      decoder.decode(chunk as Buffer, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function checked(text: string): string {
  if (text.includes('\0')) throw new FileRefused('ENCODING');
  return text;
}
