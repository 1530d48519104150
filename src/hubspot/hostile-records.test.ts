import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { anyBody, leaves, RUNS } from '../../test/support/hostile-bodies.ts';
import { SpokeError } from '../errors.ts';
import { associationOutcomes } from './association-outcomes.ts';
import { createAssociations } from './associations.ts';
import type { Exchange } from './exchange.ts';
import { isRecord } from './json.ts';
import { parseLink } from './link.ts';
import { createLists, parseList, parseMember, parseMembersChanged, parseMemberships } from './lists.ts';
import { createOwners, parseOwner } from './owners.ts';
import { parsePage } from './page.ts';
import type { Parsed } from './parsed.ts';
import { parsePipeline, parseStage } from './pipelines.ts';
import { parseProperty } from './properties.ts';
import { parseRecord } from './record.ts';
import { createRecordScans } from './record-scans.ts';
import { createRecords } from './records.ts';
import type { Transport } from './transport.ts';

/** Every reader of one part of an answer. */
const PARSERS: readonly ((value: unknown) => Parsed<unknown>)[] = [
  parseRecord,
  (value) => parsePage(value, parseRecord),
  (value) => parsePage(value, parseLink),
  (value) => parsePage(value, parseMember),
  parseLink,
  parseList,
  parseMember,
  parseMembersChanged,
  parseMemberships,
  parseOwner,
  parsePipeline,
  parseStage,
  parseProperty,
];

const BEFORE = Reflect.ownKeys(Object.prototype).join();
afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype).join()).toBe(BEFORE);
});

describe('whatever HubSpot answers', () => {
  it('a part of it is read whole, or a problem that quotes nothing of it', () => {
    let read = 0;
    fc.assert(
      fc.property(anyBody, fc.constantFrom(...PARSERS), fc.boolean(), (body, parse, entry) => {
        const results = isRecord(body) && Object.hasOwn(body, 'results') ? body.results : undefined;
        const value: unknown = entry && Array.isArray(results) ? results[0] : body;
        const parsed = parse(value);
        read += 1;
        if (parsed.ok) return;
        expect(parsed.problem).not.toMatch(/canary|@/);
        expect(parsed.problem.length).toBeLessThan(200);
      }),
      { numRuns: RUNS },
    );
    console.log(`${read} hostile answers read by ${PARSERS.length} parsers`);
    expect(read).toBeGreaterThanOrEqual(RUNS);
  });

  it('a list that is read has as many entries as the answer', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const parsed = parsePage(body, parseRecord);
        const results = isRecord(body) ? body.results : undefined;
        if (!parsed.ok) return;
        expect(Array.isArray(results) && results.length).toBe(parsed.value.results.length);
        for (const { properties } of parsed.value.results)
          for (const value of Object.values(properties))
            expect(value === null || typeof value === 'string').toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('a link is a success only when the answer names it', () => {
    const status = fc.constantFrom(200, 201, 207);
    fc.assert(
      fc.property(anyBody, status, (body, code) => {
        const exchange: Exchange = { kind: 'reply', status: code, headers: {}, body, durationMs: 1 };
        const inputs = [{ from: { id: '1' }, to: { id: '2' } }];
        const [outcome] = associationOutcomes({ inputs, exchange });
        const given = leaves(body);
        if (outcome?.end === 'applied') expect(['1', '2'].every((id) => given.includes(id))).toBe(true);
        expect(JSON.stringify(outcome)).not.toContain('canary');
      }),
      { numRuns: RUNS },
    );
  });

  it('a reading of many pages comes to an end, with its records or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        let calls = 0;
        const transport: Transport = {
          request: async () => {
            calls += 1;
            if (calls > 1000) throw new Error('it asks for ever');
            return { kind: 'reply', status: 200, headers: {}, body, durationMs: 1 };
          },
          close: async () => undefined,
        };
        const scans = createRecordScans(createRecords(transport));
        const start = Date.UTC(2026, 10, 20);
        const long = { properties: [`a_${'b'.repeat(6000)}`] };
        const readings: AsyncIterable<unknown>[] = [
          scans.listAll('contacts', { shortPages: 'follow' }),
          scans.listAll('contacts', { shortPages: 'follow', ...long }),
          scans.searchAll('contacts', {}, long),
          scans.searchModified('contacts', { since: start }),
          scans.searchModified('contacts', { since: start, upTo: start + 86_400_000 }),
          scans.readChanges('contacts', { live: start, settled: start }),
          createAssociations(transport).listAll('contacts', '1', 'companies'),
          createOwners(transport).listAll(),
          createLists(transport).listAll(),
          createLists(transport).membersOf('7'),
        ];
        for (const reading of readings) {
          let pages = 0;
          try {
            for await (const _ of reading) {
              pages += 1;
              if (pages > 100) throw new Error('it does not come to an end');
            }
          } catch (error) {
            expect(error).toBeInstanceOf(SpokeError);
            expect((error as SpokeError).message).not.toMatch(/canary|@/);
          }
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
