import type { SegmentDefinition } from '../../src/config/segments.ts';
import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { evaluateSegments } from '../../src/mirror/evaluate-segments.ts';
import { findRecords, type PageQuery } from '../../src/mirror/find-records.ts';
import { ensureSearchIndex } from '../../src/mirror/search-index.ts';
import type { Program } from '../child.ts';
import { changeContacts, fillMirror } from '../filled-mirror.ts';
import { openClient } from '../open-client.ts';

export interface QuestionsInput {
  readonly databaseUrl: string;
  readonly contacts: number;
  readonly stale: boolean;
  /** Of each question. */
  readonly pages: number;
}

export interface QuestionsOutput {
  readonly fullSeconds: number;
  readonly changedSeconds: number;
  /** ms of each page, by question. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
}

const CHANGED = 1_000;

const SEGMENTS: Readonly<Record<string, SegmentDefinition>> = {
  chainge: { rule: { property: 'company', contains: 'chainge' } },
  engaged: { rule: { property: 'updatedAt', withinDays: 30 } },
  cold: { rule: { property: 'updatedAt', notWithinDays: 90 } },
  high_value: { rule: { property: 'lifecyclestage', in: ['customer', 'evangelist', 'opportunity'] } },
};

/** Questions as people ask them; `at` is another place each time. */
const QUESTIONS: Readonly<Record<string, (at: number) => PageQuery>> = {
  'one address': (at) => ({ where: { property: 'email', is: `person-${at}@example.com` } }),
  'addresses that begin': (at) => ({ where: { property: 'email', startsWith: `person-${at}` } }),
  'a company contains': () => ({ where: { property: 'company', contains: 'chainge' } }),
  'two properties': (at) => ({
    where: {
      all: [
        { property: 'city', is: 'Lima' },
        { property: 'num_conversion_events', atLeast: at % 12 },
      ],
    },
  }),
  'changed lately, newest first': (at) => ({
    where: { property: 'updatedAt', withinDays: 1 + (at % 60) },
    sort: { by: 'updatedAt', direction: 'descending' },
  }),
  'a segment': () => ({ segment: 'high_value' }),
  'a small segment, by time': () => ({
    segment: 'chainge',
    sort: { by: 'updatedAt', direction: 'descending' },
  }),
  words: (at) => ({ text: `person-${at}@example.com` }),
  'common words': () => ({ text: 'ada example' }),
};

/** Fills a mirror, evaluates its segments, and asks for pages. */
export const program: Program<QuestionsInput, QuestionsOutput> = async (input, signal) => {
  const db = await openDatabase({ url: input.databaseUrl, log: silentLogger, poolSize: 2 });
  await migrate(db);
  await fillMirror(db, input.contacts, input.stale);
  await makeSearchIndex(db, input);
  if (!input.stale) await settle(input.databaseUrl);
  signal.throwIfAborted();
  const fullSeconds = await timed(() => evaluateSegments(db, { segments: SEGMENTS, full: true }));
  await changeContacts(db, CHANGED);
  const changedSeconds = await timed(() => evaluateSegments(db, { segments: SEGMENTS }));
  const pages: Record<string, number[]> = {};
  for (const [name, question] of Object.entries(QUESTIONS)) {
    signal.throwIfAborted();
    pages[name] = await pagesOf(db, question, input);
  }
  await db.close();
  return { fullSeconds, changedSeconds, pages };
};

/** First pages, and after each that has one its next page. */
async function pagesOf(
  db: Database,
  question: (at: number) => PageQuery,
  { pages, contacts }: QuestionsInput,
): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; took.length < pages; n += 1) {
    const query = { ...question(1 + ((n * 7_919) % contacts)), limit: 100 };
    let next: string | undefined;
    const page = async (cursor?: string) => {
      ({ next } = await findRecords(db, cursor === undefined ? query : { ...query, cursor }));
    };
    took.push(1_000 * (await timed(() => page())));
    if (next !== undefined) took.push(1_000 * (await timed(() => page(next))));
  }
  return took;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** As `spoke start` makes it. With stale statistics pages are asked for without it: its making would count the records. */
async function makeSearchIndex(db: Database, { databaseUrl, stale }: QuestionsInput): Promise<void> {
  if (stale) return;
  const client = await openClient(databaseUrl);
  await client.query('create extension if not exists pg_trgm');
  await client.end();
  await db.query('analyze {schema}.mirror_contacts');
  await ensureSearchIndex(db, 'contacts');
}

async function settle(url: string): Promise<void> {
  const client = await openClient(url);
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  await client.end();
}
