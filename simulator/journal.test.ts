import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { CONTACTS, startPortal, upserts } from './test-client.ts';

function fill(journal: Journal, instants: readonly number[], tokenId = 'one'): void {
  for (const at of instants) {
    const entry = journal.arrive({ at, method: 'GET', path: '/', worker: null });
    journal.identify(entry, tokenId);
    journal.finish(entry, 1);
  }
}

describe('in memory', () => {
  it('keeps the newest entries, oldest first', () => {
    const journal = new Journal({ portalId: 1, capacity: 3 });
    fill(journal, [1, 2, 3, 4, 5]);
    expect(journal.entries().map((entry) => entry.n)).toEqual([3, 4, 5]);
    expect(journal.entries(3, 1).map((entry) => entry.n)).toEqual([4]);
    expect(journal.totals()).toMatchObject({ requests: 5, kept: 3 });
  });

  it.each([
    [0, 0],
    [Number.POSITIVE_INFINITY, 5],
  ])('with capacity %d keeps %i', (capacity, kept) => {
    const journal = new Journal({ portalId: 1, capacity });
    fill(journal, [1, 2, 3, 4, 5]);
    expect(journal.entries()).toHaveLength(kept);
  });

  it('knows the ten-second maximum of everything that came, per token too', () => {
    const journal = new Journal({ portalId: 1, capacity: 0 });
    fill(journal, [0, 1, 2]);
    fill(journal, [9_999, 20_000], 'two');
    expect(journal.maxInWindow(10_000)).toBe(4);
    expect(journal.maxInWindow(10_000, 'one')).toBe(3);
    expect(journal.maxInWindow(10_000, 'three')).toBe(0);
  });

  it('computes other windows from what it kept', () => {
    const journal = new Journal({ portalId: 1, capacity: 10 });
    fill(journal, [0, 1, 50, 51, 52]);
    expect(journal.maxInWindow(10)).toBe(3);
  });
});

describe('over HTTP', () => {
  it('tells method, path, status, size, token, worker and inputs, but no secret', async () => {
    const portal = await startPortal({ behaviour: { journalTraceIds: true } });
    const body = upserts(
      [
        ['a@example.com', {}],
        ['b@example.com', {}],
      ],
      true,
    );
    await portal.call('POST', `${CONTACTS}/batch/upsert`, body, { 'x-spoke-worker': 'w-1' });
    await portal.call('GET', CONTACTS, undefined, { authorization: 'Bearer garbage' });
    const entries = portal.simulator.journal();
    expect(entries).toMatchObject([
      {
        n: 1,
        method: 'POST',
        path: `${CONTACTS}/batch/upsert`,
        status: 200,
        bytes: JSON.stringify(body).length,
        tokenId: 'token-1',
        applied: true,
        worker: 'w-1',
        inputs: 2,
        traceIds: ['t1', 't2'],
      },
      { n: 2, method: 'GET', status: 401, tokenId: null, applied: false, worker: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain(portal.simulator.token);
    await portal.simulator.stop();
  });

  it('is written to a file as one JSON line a request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    const journalFile = join(folder, 'journal.ndjson');
    const portal = await startPortal({ journalFile, journalSize: 0 });
    await portal.call('GET', CONTACTS);
    await portal.call('GET', '/nowhere');
    await portal.simulator.stop();
    const lines = (await readFile(journalFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { n: 1, status: 200 },
      { n: 2, status: 404 },
    ]);
    await rm(folder, { recursive: true });
  });
});
