import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { rereadable, type TokenSource, tokenFromEnvironment, tokenFromFile, tokenFromText } from './token.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function file(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-token-'));
  folders.push(folder);
  const path = join(folder, 'token');
  await writeFile(path, content);
  return path;
}

function steppedClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async () => undefined,
    advance: (ms) => {
      now += ms;
    },
  };
}

async function problemOf(source: TokenSource): Promise<{ code: string; message: string }> {
  return source.current().then(
    () => Promise.reject(new Error('a token was given')),
    (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
  );
}

describe('a token in a file', () => {
  it('is given without the white space around it', async () => {
    expect(await tokenFromFile(await file('\n  pat-na1-a \r\n')).current()).toBe('pat-na1-a');
  });

  it('is not read again until it is refused', async () => {
    const path = await file('old');
    const source = tokenFromFile(path);
    await source.current();
    await writeFile(path, 'new');
    expect(await source.current()).toBe('old');
    expect(await source.refresh('old')).toBe('new');
    expect(await source.current()).toBe('new');
  });

  it('stays in use when the file is unreadable at the time it is refused', async () => {
    const path = await file('old');
    const source = tokenFromFile(path);
    await source.current();
    await rm(path);
    await expect(source.refresh('old')).rejects.toMatchObject({ code: 'TOKEN_UNREADABLE' });
    expect(await source.current()).toBe('old');
  });

  it('that does not exist is unreadable, and the message names the file and the reason', async () => {
    const problem = await problemOf(tokenFromFile('/nowhere/token'));
    expect(problem.code).toBe('TOKEN_UNREADABLE');
    expect(problem.message).toContain('/nowhere/token');
    expect(problem.message).toContain('ENOENT');
  });

  it('given in place of its path does not appear in the message', async () => {
    const problem = await problemOf(tokenFromFile('pat-na1-1234abcd-canary'));
    expect(problem.message).not.toMatch(/canary|1234abcd/);
  });

  it.each(['', ' \n\t'])('of %j is empty', async (content) => {
    expect((await problemOf(tokenFromFile(await file(content)))).code).toBe('TOKEN_EMPTY');
  });

  it.each(['canary one\ncanary two', 'canary\u0000', 'canäry', 'canary'.repeat(1000)])(
    'that is not one line of printable characters is refused without being repeated',
    async (content) => {
      const problem = await problemOf(tokenFromFile(await file(content)));
      expect(problem.code).toBe('TOKEN_INVALID');
      expect(problem.message).not.toMatch(/can.ry/);
    },
  );
});

describe('a token in the environment or in the code', () => {
  it('is taken from the variable at first use and again when refused', async () => {
    const env: Record<string, string | undefined> = { HUBSPOT_TOKEN: 'one' };
    const source = tokenFromEnvironment('HUBSPOT_TOKEN', env);
    expect(await source.current()).toBe('one');
    env.HUBSPOT_TOKEN = 'two';
    expect(await source.refresh('one')).toBe('two');
  });

  it('is empty when the variable is not set, and the message names the variable', async () => {
    const problem = await problemOf(tokenFromEnvironment('HUBSPOT_TOKEN', {}));
    expect(problem.code).toBe('TOKEN_EMPTY');
    expect(problem.message).toContain('HUBSPOT_TOKEN');
  });

  it('never changes when it was given as text', async () => {
    expect(await tokenFromText('one').refresh('one')).toBe('one');
  });
});

describe('reading again', () => {
  function counted(tokens: string[], clock = steppedClock()) {
    let reads = 0;
    const source = rereadable(async () => {
      reads += 1;
      await Promise.resolve();
      return tokens[Math.min(reads, tokens.length) - 1] ?? '';
    }, clock);
    return { source, clock, reads: () => reads };
  }

  it('happens once for many callers at the same time', async () => {
    const { source, reads } = counted(['old', 'new']);
    await source.current();
    const renewed = await Promise.all(Array.from({ length: 50 }, () => source.refresh('old')));
    expect(new Set(renewed)).toEqual(new Set(['new']));
    expect(reads()).toBe(2);
  });

  it('does not happen for a caller that still has the token before the last', async () => {
    const { source, clock, reads } = counted(['old', 'new', 'newest']);
    await source.current();
    await source.refresh('old');
    clock.advance(60_000);
    expect(await source.refresh('old')).toBe('new');
    expect(reads()).toBe(2);
  });

  it('happens at most once a second while the token does not change', async () => {
    const { source, clock, reads } = counted(['same']);
    await source.current();
    for (let caller = 0; caller < 50; caller += 1) {
      await source.refresh('same');
      clock.advance(10);
    }
    expect(reads()).toBe(2);
    clock.advance(1000);
    await source.refresh('same');
    expect(reads()).toBe(3);
  });

  it('happens once for many callers at the first use', async () => {
    const { source, reads } = counted(['one']);
    await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(reads()).toBe(1);
  });
});
