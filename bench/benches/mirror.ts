import { type Bench, sized } from '../bench.ts';
import { startBenchPostgres } from '../bench-postgres.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import type { ExportOutput } from '../programs/mirror-export.ts';
import type { QuestionsInput, QuestionsOutput } from '../programs/mirror-questions.ts';
import { runProgram } from '../run-program.ts';
import { median, percentile } from '../statistics.ts';

const CONTACTS = 1_000_000;
/** Of each question. */
const PAGES = 60;
const FRESH = 'statistics as autovacuum keeps them';
const STALE = 'statistics of 100 contacts';
const ALL = 'all filtered pages';
const WORDS = 'words';
const SEGMENTS = 'the four segments';
const EXPORT = 'export as CSV';
const P95 = 'p95';

export const mirrorBench: Bench = {
  name: 'mirror',
  what: 'Questions to a mirror of 1,000,000 contacts: segments, filtered pages, an export of all.',
  peers: false,
  rounds: 1,
  async run(options) {
    const contacts = sized(CONTACTS, options.scale, 5_000);
    const pages = sized(PAGES, options.scale, 10);
    const postgres = await startBenchPostgres(options.scope);
    const rounds: Sample[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const samples: Sample[] = [];
      for (const [contender, stale] of [
        [FRESH, false],
        [STALE, true],
      ] as const) {
        options.progress(`round ${round + 1}/${options.rounds}: ${contender}`);
        const database = await postgres.createDatabase(`mirror_${round}_${stale ? 'stale' : 'fresh'}`);
        const asked = await runProgram<QuestionsOutput>(options.scope, './programs/mirror-questions.ts', {
          databaseUrl: database.url,
          contacts,
          stale,
          pages,
        } satisfies QuestionsInput);
        const exported = await runProgram<ExportOutput>(options.scope, './programs/mirror-export.ts', {
          databaseUrl: database.url,
        });
        if (exported.lines !== contacts + 1)
          throw new Error(`The export has ${exported.lines} lines of ${contacts + 1}.`);
        await database.drop();
        samples.push(...samplesOf(contender, asked, exported));
      }
      rounds.push(samples);
    }
    await postgres.stop();
    const figures = summarise(rounds, FRESH);
    const goal = (text: string, of: string, measure: string, limit: number) =>
      judge(
        figures,
        { contender: FRESH, of: 'median', text, case: of, measure, limit, direction: 'at most' },
        options.scale,
      );
    return {
      bench: this.name,
      what: this.what,
      settings: { contacts, 'pages of each question': pages, ...postgres.settings },
      figures,
      goals: [
        goal('seconds to look at every record', SEGMENTS, 'all records', 10),
        goal('seconds after 1,000 changes', SEGMENTS, '1,000 changed', 1),
        goal('ms of a filtered page', ALL, P95, 50),
        goal('MB of the process that exports', EXPORT, 'peak memory', 200),
      ],
      notes: [
        'Segments: company contains a word, updated within 30 days, not updated for 90 days, one of three stages; the first evaluation, in which 700,000 records become members.',
        `Pages of 100, without a total; half of them behind a cursor. "${ALL}" are those of every question but "${WORDS}" and "common words".`,
        `With the index for words (pg_trgm) under "${FRESH}", without it under "${STALE}", where the mirror looks too small for one.`,
      ],
    };
  },
};

function samplesOf(contender: string, asked: QuestionsOutput, exported: ExportOutput): Sample[] {
  const sample = (of: string, measure: string, unit: string, value: number): Sample => ({
    case: of,
    contender,
    measure,
    unit,
    value,
  });
  const filtered = Object.entries(asked.pages).filter(([name]) => !name.includes(WORDS));
  return [
    sample(SEGMENTS, 'all records', 's', asked.fullSeconds),
    sample(SEGMENTS, '1,000 changed', 's', asked.changedSeconds),
    ...Object.entries(asked.pages).flatMap(([name, took]) => [
      sample(`page: ${name}`, 'p50', 'ms', median(took)),
      sample(`page: ${name}`, P95, 'ms', percentile(took, 95)),
    ]),
    sample(
      ALL,
      P95,
      'ms',
      percentile(
        filtered.flatMap(([, took]) => took),
        95,
      ),
    ),
    sample(EXPORT, 'lines', '/s', exported.lines / exported.seconds),
    sample(EXPORT, 'peak memory', 'MB', exported.peakRssMb),
  ];
}
