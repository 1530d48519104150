import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import type { Exchange } from './exchange.ts';
import { type Page, parsePage } from './page.ts';
import { parsedAs } from './parsed.ts';
import type { ReadOptions } from './read-answer.ts';
import { walkPages } from './walk-pages.ts';

function pageOf(results: readonly unknown[], after?: string): Exchange {
  const body = { results, ...(after === undefined ? {} : { paging: { next: { after } } }) };
  return { kind: 'reply', status: 200, headers: {}, body, durationMs: 1 };
}

const UNAVAILABLE: Exchange = {
  kind: 'reply',
  status: 503,
  headers: { 'retry-after': '3' },
  body: undefined,
  durationMs: 1,
};

/** Walks over scripted answers; the last one is given for ever. */
function walk(
  answers: readonly Exchange[],
  options: ReadOptions & { fullPage?: number; after?: string } = {},
) {
  const asked: (string | undefined)[] = [];
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async (ms) => {
      waits.push(ms);
    },
  };
  const pages = walkPages<unknown>(
    {
      what: 'list things',
      send: async (after) => {
        asked.push(after);
        return answers[Math.min(asked.length, answers.length) - 1] as Exchange;
      },
      parse: (body) => parsePage(body, parsedAs),
      ...(options.fullPage === undefined ? {} : { fullPage: options.fullPage }),
      ...(options.after === undefined ? {} : { after: options.after }),
    },
    { clock, ...options },
  );
  return { pages, asked, waits };
}

async function all(pages: AsyncIterable<Page<unknown>>): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const page of pages) results.push(...page.results);
  return results;
}

describe('walking over pages', () => {
  it('ends only at a page without a next one, and gives each page with its cursor', async () => {
    const { pages, asked } = walk([pageOf([1], 'a'), pageOf([2], 'b'), pageOf([])]);
    const given: Page<unknown>[] = [];
    for await (const page of pages) given.push(page);
    expect(given).toEqual([{ results: [1], after: 'a' }, { results: [2], after: 'b' }, { results: [] }]);
    expect(asked).toEqual([undefined, 'a', 'b']);
  });

  it('goes on from a stored cursor', async () => {
    const { pages, asked } = walk([pageOf([3])], { after: 'b' });
    expect(await all(pages)).toEqual([3]);
    expect(asked).toEqual(['b']);
  });

  it.each<[string, Exchange[], RegExp]>([
    [
      'an empty page in the middle',
      [pageOf([1, 2], 'a'), pageOf([], 'b')],
      /from a on .*page is empty although/,
    ],
    ['a page too short in the middle', [pageOf([1], 'a')], /list things was .*has 1 of 2 results although/],
    ['a cursor that stands still', [pageOf([1, 2], 'a'), pageOf([3, 4], 'a')], /from a on .*leads back/],
    [
      'a page without results',
      [pageOf([1, 2], 'a'), { ...pageOf([]), body: {} } as Exchange],
      /no list "results"/,
    ],
    [
      'paging without a cursor',
      [{ ...pageOf([]), body: { results: [], paging: {} } } as Exchange],
      /no cursor/,
    ],
  ])('names the place of %s', async (_, answers, message) => {
    const { pages } = walk(answers, { fullPage: 2 });
    await expect(all(pages)).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.stringMatching(message),
    });
  });

  it('follows a short page where pages may be short', async () => {
    expect(await all(walk([pageOf([1], 'a'), pageOf([2, 3])]).pages)).toEqual([1, 2, 3]);
  });

  it.each([1, 2, 3, 7, 50])('notices a circle of %i cursors', async (length) => {
    let calls = 0;
    const pages = walkPages<number>(
      {
        what: 'list things',
        send: async () => {
          calls += 1;
          return pageOf([calls], `c${calls < 20 ? calls : 20 + (calls % length)}`);
        },
        parse: (body) => parsePage(body, (entry) => parsedAs(entry as number)),
      },
      {},
    );
    await expect(all(pages)).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
    expect(calls).toBeLessThan(20 + 4 * (length + 32));
  });

  it('ends at the first failure when no policy was given', async () => {
    const { pages, asked } = walk([UNAVAILABLE]);
    await expect(all(pages)).rejects.toMatchObject({ code: 'HUBSPOT_UNREACHABLE' });
    expect(asked).toHaveLength(1);
  });

  it('reads the same page again as the policy says, also one that did not fit', async () => {
    const script = walk([pageOf([1, 2], 'a'), UNAVAILABLE, pageOf([], 'b'), pageOf([3])], {
      fullPage: 2,
      retry: ({ attempt, problem }) => ({ waitMs: problem === undefined ? 3000 : attempt }),
    });
    expect(await all(script.pages)).toEqual([1, 2, 3]);
    expect(script.asked).toEqual([undefined, 'a', 'a', 'a']);
    expect(script.waits).toEqual([3000, 2]);
  });

  it('stops with the reason of the signal, and asks no more', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { pages, asked } = walk([pageOf([1], 'a'), pageOf([2], 'b')], { signal: controller.signal });
    const read = async () => {
      for await (const _ of pages) controller.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    expect(asked).toHaveLength(1);
  });

  it('raises the reason of the signal also for a call that it stopped', async () => {
    const controller = new AbortController();
    const pages = walkPages<unknown>(
      {
        what: 'list things',
        send: async () => {
          controller.abort(new Error('enough'));
          return { kind: 'fault', reason: 'aborted', sent: true, message: 'stopped', durationMs: 1 };
        },
        parse: (body) => parsePage(body, parsedAs),
      },
      { signal: controller.signal, retry: () => ({ waitMs: 0 }) },
    );
    await expect(all(pages)).rejects.toThrow('enough');
  });
});
