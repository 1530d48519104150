import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A file that is imported, so that each case below needs to write only the importing one. */
const TARGETS = [
  'src/errors.ts',
  'src/app.ts',
  'src/index.ts',
  'src/db/database.ts',
  'src/hubspot/client.ts',
  'src/hubspot/index.ts',
  'src/mapping/effects.ts',
  'src/mapping/mapper.ts',
  'src/outbox/claim.ts',
  'src/delivery/worker.ts',
  'src/provisioning/plan-portal.ts',
  'src/cli/main.ts',
  'src/pages/page.ts',
  'simulator/index.ts',
  'browser/core/index.ts',
  'browser/element/index.ts',
  'simulator/portal.ts',
  'test/support/database.ts',
  'scripts/dump.ts',
  'examples/rewards-app/spoke.config.ts',
];

/** The importing file, what it imports, and the rule that must break. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ['src/errors.ts', 'src/db/database.ts', 'leaves-import-leaves'],
  ['src/resilience/backoff.ts', 'src/db/database.ts', 'resilience-imports-downwards'],
  ['src/db/migrate.ts', 'src/hubspot/client.ts', 'db-imports-downwards'],
  ['src/config/define.ts', 'src/mapping/mapper.ts', 'config-imports-downwards'],
  ['src/hubspot/records.ts', 'src/db/database.ts', 'hubspot-imports-downwards'],
  ['src/hubspot/records.ts', 'src/delivery/worker.ts', 'hubspot-imports-downwards'],
  ['src/mapping/plan.ts', 'src/hubspot/client.ts', 'mapping-imports-downwards'],
  ['src/mapping/plan.ts', 'src/db/database.ts', 'mapping-imports-downwards'],
  ['src/outbox/track.ts', 'src/hubspot/client.ts', 'outbox-imports-downwards'],
  ['src/outbox/track.ts', 'src/delivery/worker.ts', 'outbox-imports-downwards'],
  ['src/provisioning/apply-plan.ts', 'src/db/database.ts', 'provisioning-imports-downwards'],
  ['src/provisioning/apply-plan.ts', 'src/delivery/worker.ts', 'provisioning-imports-downwards'],
  ['src/delivery/plan.ts', 'src/provisioning/plan-portal.ts', 'delivery-imports-downwards'],
  ['src/delivery/plan.ts', 'src/app.ts', 'delivery-imports-downwards'],
  ['src/delivery/plan.ts', 'src/cli/main.ts', 'cli-is-on-top'],
  ['src/pages/list.ts', 'src/errors.ts', 'parts-are-listed'],
  ['src/pages/list.ts', 'src/app.ts', 'app-is-near-the-top'],
  ['simulator/state.ts', 'src/errors.ts', 'simulator-stands-alone'],
  ['simulator/state.test.ts', 'src/hubspot/client.ts', 'simulator-stands-alone'],
  ['src/app.ts', 'simulator/index.ts', 'src-knows-no-simulator'],
  ['src/outbox/track.ts', 'test/support/database.ts', 'product-knows-no-tests'],
  ['simulator/state.ts', 'scripts/dump.ts', 'product-knows-no-tests'],
  ['browser/core/forms.ts', 'src/errors.ts', 'browser-core-stands-alone'],
  ['browser/core/forms.ts', 'browser/element/index.ts', 'browser-core-stands-alone'],
  ['browser/element/view.ts', 'src/mapping/mapper.ts', 'browser-element-stands-alone'],
  ['browser/react/form.ts', 'src/index.ts', 'browser-react-stands-alone'],
  ['src/db/open.ts', 'browser/core/index.ts', 'src-knows-no-browser'],
  ['examples/rewards-app/app.ts', 'src/db/database.ts', 'examples-use-the-package'],
  ['examples/rewards-app/app.ts', 'simulator/portal.ts', 'examples-use-the-package'],
];

const ALLOWED: readonly (readonly [string, string])[] = [
  ['src/config/define.ts', 'src/mapping/effects.ts'],
  ['src/delivery/plan.ts', 'src/hubspot/client.ts'],
  ['src/delivery/plan.ts', 'src/outbox/claim.ts'],
  ['src/provisioning/apply-plan.ts', 'src/hubspot/client.ts'],
  ['src/cli/main.ts', 'src/provisioning/plan-portal.ts'],
  ['src/hubspot/records.test.ts', 'simulator/index.ts'],
  ['src/outbox/claim.test.ts', 'test/support/database.ts'],
  ['src/app.ts', 'src/delivery/worker.ts'],
  ['src/cli/demo.ts', 'simulator/index.ts'],
  ['src/cli/demo.ts', 'examples/rewards-app/spoke.config.ts'],
  ['browser/element/view.ts', 'browser/core/index.ts'],
  ['browser/react/form.ts', 'browser/element/index.ts'],
  ['examples/rewards-app/app.ts', 'src/index.ts'],
];

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

interface Summary {
  readonly violations: readonly Violation[];
  readonly ruleSetUsed: { readonly forbidden: readonly Rule[] };
}

describe('the rules about imports', () => {
  let folder: string;
  let violations: readonly Violation[];
  let rules: readonly Rule[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoke-boundaries-'));
    await cp('.dependency-cruiser.mjs', join(folder, '.dependency-cruiser.mjs'));
    await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ type: 'module', dependencies: { zod: '*' }, devDependencies: { vitest: '*' } }),
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module: 'NodeNext', allowImportingTsExtensions: true, noEmit: true },
      }),
    );
    for (const target of TARGETS) await write(folder, target, 'export type Target = string;\n');
    const files = new Map<string, string>();
    for (const [from, to] of [...FORBIDDEN, ...ALLOWED]) {
      files.set(from, `${files.get(from) ?? ''}import type {} from '${relativeTo(from, to)}';\n`);
    }
    files.set('src/db/pool.ts', "import 'vitest';\nimport 'zod';\n");
    files.set('src/db/ring-one.ts', "import './ring-two.ts';\n");
    files.set('src/db/ring-two.ts', "import './ring-one.ts';\n");
    files.set('src/db/pair-one.ts', "import './pair-two.ts';\n");
    files.set('src/db/pair-two.ts', "import type {} from './pair-one.ts';\n");
    files.set('src/db/lost.ts', "import './nowhere.ts';\n");
    for (const [file, text] of files) await write(folder, file, text);
    const summary = await cruise(folder);
    violations = summary.violations;
    rules = summary.ruleSetUsed.forbidden;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(FORBIDDEN)('refuse %s importing %s', (from, to, rule) => {
    expect(rulesBroken(violations, from, to)).toContain(rule);
  });

  it.each(ALLOWED)('let %s import %s', (from, to) => {
    expect(rulesBroken(violations, from, to)).toEqual([]);
  });

  it('refuse a devDependency in what ships, and let a dependency in', () => {
    const broken = violations.filter((violation) => violation.from === 'src/db/pool.ts');
    expect(broken.map((violation) => violation.rule.name)).toEqual(['runtime-dependencies-only']);
  });

  it('refuse a circle and a missing file', () => {
    const names = violations.map((violation) => `${violation.from} ${violation.rule.name}`);
    expect(names).toContain('src/db/ring-one.ts no-circle');
    expect(names).toContain('src/db/lost.ts no-missing-file');
  });

  it('are those of docs/concepts/architecture.md', async () => {
    const page = await readFile('docs/concepts/architecture.md', 'utf8');
    const rows = [...page.matchAll(/^\| `src\/(\w+)\/` \|[^|]*\|([^|]*)\|$/gm)].filter(
      ([, part]) => part !== 'cli',
    );
    const told = rows.map(([, part, others = '']) =>
      [
        `src/${part} may import: the leaves`,
        ...[...others.matchAll(/`([^`]+)`/g)].map((match) => match[1]),
      ].join(', '),
    );
    const ruled = rules
      .filter((rule) => rule.name.endsWith('-imports-downwards'))
      .map((rule) => rule.comment);
    expect(told.map((sentence) => `${sentence}.`).sort()).toEqual(ruled.sort());
  });

  it('let two files name each other as long as one way is types only', () => {
    expect(violations.filter((violation) => violation.from.startsWith('src/db/pair-'))).toEqual([]);
  });
});

async function cruise(folder: string): Promise<Summary> {
  const depcruise = join(process.cwd(), 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    depcruise,
    '--no-progress',
    '--output-type',
    'json',
    'src',
    'simulator',
    'browser',
    'test',
    'scripts',
    'examples',
  ];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(error ?? new Error(stderr));
        else resolve(stdout);
      },
    );
  });
  return (JSON.parse(output) as { summary: Summary }).summary;
}

async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(join(folder, dirname(file)), { recursive: true });
  await writeFile(join(folder, file), text, { flag: 'a' });
}

function relativeTo(from: string, to: string): string {
  return `${'../'.repeat(from.split('/').length - 1)}${to}`;
}

function rulesBroken(violations: readonly Violation[], from: string, to: string): string[] {
  return violations
    .filter((violation) => violation.from === from && violation.to === to)
    .map((violation) => violation.rule.name);
}
