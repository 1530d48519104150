import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { FileRefused } from './profile.ts';

export interface XmlHandlers {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

/** How deep elements are nested in any workbook is far below. */
const MOST_LEVELS = 64;

/**
 * Reads XML piece by piece; names come without their prefix. A document type ends it, so that there are no entities but the five
 * of XML itself.
 *
 * @throws FileRefused XML, XLSX_INVALID.
 */
export async function readXml(bytes: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let levels = 0;
  let refused: FileRefused | undefined;
  const refuse = (code: 'XML' | 'XLSX_INVALID', cause?: unknown) => {
    refused ??= new FileRefused(code, { cause });
  };
  parser.on('error', (error) => refuse(/entity/i.test(error.message) ? 'XML' : 'XLSX_INVALID', error));
  parser.on('doctype', () => refuse('XML'));
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    levels += 1;
    if (levels > MOST_LEVELS) refuse('XLSX_INVALID');
    handlers.open?.(bare(name), attributes);
  });
  parser.on('closetag', ({ name }: SaxesTagPlain) => {
    levels -= 1;
    handlers.close?.(bare(name));
  });
  parser.on('text', (text) => handlers.text?.(text));
  let isFirst = true;
  for await (const chunk of bytes) {
    const text = decoded(decoder, chunk);
    // Before the parser has read all of it: a document type may be large.
    if (isFirst && /<!doctype/i.test(text)) throw new FileRefused('XML');
    isFirst = false;
    parser.write(text);
    if (refused !== undefined) throw refused;
  }
  parser.close();
  if (refused !== undefined) throw refused;
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new FileRefused('XLSX_INVALID', { cause: error });
  }
}

function bare(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
