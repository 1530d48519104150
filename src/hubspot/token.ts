import { open } from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';

/** A token file holds one line; anything longer is the wrong file. */
const MAX_TOKEN_BYTES = 4096;
/** An unchanged token is not read again within this time, however many callers saw it refused. */
const REREAD_HOLD_MS = 1000;

/** Where the access token comes from. Neither method ever puts the token into an error. */
export interface TokenSource {
  /** The token in use; raises TOKEN_UNREADABLE, TOKEN_EMPTY or TOKEN_INVALID. */
  current(): Promise<string>;
  /** Reads the source again because HubSpot refused `rejected`: one read for all callers, and none if the token has changed since. */
  refresh(rejected: string): Promise<string>;
}

/** A token that cannot change while the process runs. */
export function tokenFromText(token: string): TokenSource {
  const read = async () => checkedToken(token, 'the configured token');
  return { current: read, refresh: read };
}

/** The token in an environment variable, read at first use and again when it is refused. */
export function tokenFromEnvironment(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  clock: Clock = systemClock,
): TokenSource {
  return rereadable(
    async () => checkedToken(env[name] ?? '', `the environment variable ${masked(name)}`),
    clock,
  );
}

/** The token in a file (surrounding white space is dropped), read at first use and again when it is refused. */
export function tokenFromFile(path: string, clock: Clock = systemClock): TokenSource {
  return rereadable(async () => checkedToken(await readStart(path), `the file ${masked(path)}`), clock);
}

/** Adds single flight and the hold to a plain read; `read` may raise, the last good token then stays in use. */
export function rereadable(read: () => Promise<string>, clock: Clock): TokenSource {
  let token: string | undefined;
  let reading: Promise<string> | undefined;
  let rereadAt = Number.NEGATIVE_INFINITY;

  const load = () => {
    reading ??= read()
      .then((text) => {
        token = text;
        return text;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  return {
    current: async () => token ?? load(),
    refresh: async (rejected) => {
      if (reading) return reading;
      if (token !== undefined && token !== rejected) return token;
      if (token !== undefined && clock.monotonic() - rereadAt < REREAD_HOLD_MS) return token;
      rereadAt = clock.monotonic();
      return load();
    },
  };
}

async function readStart(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(MAX_TOKEN_BYTES + 1),
        0,
        MAX_TOKEN_BYTES + 1,
        0,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new SpokeError(
      'TOKEN_UNREADABLE',
      `The HubSpot token could not be read from the file ${masked(path)} (${reason}); check the path and its permissions.`,
      { facts: { reason } },
    );
  }
}

/** The token without white space around it, if a header can carry it. Raises TOKEN_EMPTY or TOKEN_INVALID. */
export function checkedToken(text: string, where: string): string {
  const token = text.trim();
  if (token === '')
    throw new SpokeError('TOKEN_EMPTY', `The HubSpot token is empty in ${where}; put the token there.`);
  // Only what an HTTP header can carry: a stray line break would otherwise split the request.
  if (token.length > MAX_TOKEN_BYTES || !/^[\x21-\x7e]+$/.test(token))
    throw new SpokeError(
      'TOKEN_INVALID',
      `The HubSpot token in ${where} is not one line of printable characters; put only the token there.`,
    );
  return token;
}

/** People paste the token where its path or name belongs; it must not reach a log that way either. */
function masked(name: string): string {
  return name.replace(/pat-[\w-]+/gi, 'pat-…');
}
