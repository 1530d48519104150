import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { readLines } from './line-reader.ts';
import type { Portal } from './portal.ts';
import type { PortalDirectory } from './portal-directory.ts';
import type { SavedPart } from './saved-part.ts';
import { savedParts } from './saved-parts.ts';
import { SetupError } from './setup-error.ts';

const FORMAT = 'spoke-simulator-state';
/** Raised when lines change their meaning; files of a later version are refused. */
const VERSION = 1;
/** Text gathered before it is written. */
const CHUNK_CHARACTERS = 1_000_000;

const headSchema = z.object({ format: z.literal(FORMAT), version: z.number().int() });
const portalSchema = z.strictObject({
  portal: z.strictObject({ portalId: z.number().int(), token: z.string() }),
});
const endSchema = z.strictObject({ end: z.number().int() });
const rowSchema = z.tuple([z.string(), z.unknown()]);

export interface SavedState {
  file: string;
  lines: number;
  bytes: number;
}

/**
 * Writes all portals to a file as NDJSON: a head, each portal's parts, an end that tells the number of lines. Written beside
 * the file and renamed, so that there is always a whole one. Nothing else runs meanwhile: the file is one moment's state.
 */
export function saveState(directory: PortalDirectory, file: string): SavedState {
  const temporary = `${file}.${process.pid}.tmp`;
  const saved: SavedState = { file, lines: 0, bytes: 0 };
  const handle = openSync(temporary, 'w');
  try {
    let chunk = '';
    const flush = () => {
      saved.bytes += Buffer.byteLength(chunk);
      writeSync(handle, chunk);
      chunk = '';
    };
    for (const line of linesOf(directory)) {
      chunk += `${JSON.stringify(line)}\n`;
      saved.lines += 1;
      if (chunk.length >= CHUNK_CHARACTERS) flush();
    }
    chunk += `${JSON.stringify({ end: saved.lines })}\n`;
    flush();
    fsyncSync(handle);
  } catch (error) {
    closeSync(handle);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(handle);
  renameSync(temporary, file);
  return saved;
}

/** Fills fresh portals from a file; portals that are only in the file are added. Throws a SetupError that names the line. */
export function loadState(directory: PortalDirectory, file: string): void {
  let lines = 0;
  let portal: Portal | undefined;
  let parts: ReadonlyMap<string, SavedPart> = new Map();
  let ended = false;
  for (const text of readLines(file)) {
    try {
      if (ended) throw new Error('there is more after its end');
      const line: unknown = JSON.parse(text);
      if (lines === 0) checkHead(line);
      else if (Array.isArray(line)) {
        // Custom objects are parts of their own once their schemas have been read.
        if (portal && !parts.has(String(line[0]))) parts = savedParts(portal);
        restoreRow(parts, line);
      } else if (Object.hasOwn(Object(line), 'portal')) {
        const saved = portalSchema.parse(line).portal;
        const unit = directory.find(saved.portalId) ?? directory.add(saved);
        portal = unit.portal;
        parts = savedParts(portal);
      } else {
        const { end } = endSchema.parse(line);
        if (end !== lines) throw new Error(`${lines} lines stand before its end, there were ${end}`);
        ended = true;
      }
      lines += 1;
    } catch (error) {
      throw damaged(file, lines + 1, error);
    }
  }
  if (!ended) throw damaged(file, lines + 1, new Error('it ends too early'));
}

function* linesOf(directory: PortalDirectory): Iterable<unknown> {
  yield { format: FORMAT, version: VERSION };
  for (const { id, portal, settings } of directory.all()) {
    portal.schedule.runDue();
    yield { portal: { portalId: id, token: settings.token } };
    for (const [name, part] of savedParts(portal)) for (const row of part.dump()) yield [name, row];
  }
}

function checkHead(line: unknown): void {
  const head = headSchema.safeParse(line);
  if (!head.success) throw new Error('it is no state file of the simulator');
  const { version } = head.data;
  if (version > VERSION)
    throw new Error(
      `its version is ${version} and this simulator reads up to ${VERSION}; use a newer simulator`,
    );
}

function restoreRow(parts: ReadonlyMap<string, SavedPart>, line: unknown): void {
  const [name, row] = rowSchema.parse(line);
  const part = parts.get(name);
  if (!part) throw new Error(`${JSON.stringify(name)} is nothing this simulator keeps`);
  part.restore(row);
}

function damaged(file: string, line: number, cause: unknown): SetupError {
  const reason =
    cause instanceof z.ZodError
      ? z.prettifyError(cause)
      : cause instanceof Error
        ? cause.message
        : String(cause);
  return new SetupError(
    `The state file ${file} cannot be read, line ${line}: ${reason.replace(/\.$/, '')}. Put it aside, or give another file.`,
    { cause },
  );
}
