import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { METRICS, type MetricRow } from '../src/ops/metric-table.ts';

const run = promisify(execFile);
const RULES = new URL('../deploy/prometheus/', import.meta.url);
const DASHBOARD = new URL('../deploy/grafana/spoke.json', import.meta.url);

/** Installed in CI; elsewhere the names are checked all the same. */
const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

const ROWS = Object.values<MetricRow>(METRICS);
const SUFFIXES = ['_bucket', '_sum', '_count'];
const NAMES = new Set(
  ROWS.flatMap(({ name, kind }) => (kind === 'histogram' ? SUFFIXES.map((suffix) => name + suffix) : [name])),
);

/** Metrics that a text names, with the labels that it filters each by. */
function namedIn(text: string) {
  return [...text.matchAll(/(?<![\w:])(spoke_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', filter = '']) => ({
      name,
      labels: [...filter.matchAll(/([a-z_]+)(?==)/g)].map(([label]) => label),
    }),
  );
}

const dashboardSchema = z.looseObject({
  panels: z.array(
    z.looseObject({
      id: z.int(),
      type: z.string(),
      title: z.string(),
      targets: z.array(z.looseObject({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
});

const readDashboard = async () => dashboardSchema.parse(JSON.parse(await readFile(DASHBOARD, 'utf8')));
const readRules = (file: string) => readFile(new URL(file, RULES), 'utf8');

describe('the files under deploy/', () => {
  it.each(['spoke.rules.yml', 'spoke.rules.test.yml', 'the dashboard'])(
    '%s names only metrics that there are, with labels that they have',
    async (file) => {
      const text =
        file === 'the dashboard'
          ? (await readDashboard()).panels
              .flatMap(({ targets }) => targets.map(({ expr }) => expr))
              .join('\n')
          : await readRules(file);
      const named = namedIn(text);
      expect(named.length).toBeGreaterThan(10);
      expect(named.filter(({ name }) => !NAMES.has(name))).toEqual([]);
      const foreign = named.flatMap(({ name, labels }) => {
        const row = ROWS.find(
          (each) => name === each.name || SUFFIXES.some((suffix) => name === each.name + suffix),
        );
        const own = ['job', 'instance', 'le', ...Object.keys(row?.labels ?? {})];
        return labels.filter((label) => !own.includes(label)).map((label) => `${name} ${label}`);
      });
      expect(foreign).toEqual([]);
    },
  );

  it('the dashboard shows every metric', async () => {
    const { panels } = await readDashboard();
    const shown = new Set(
      namedIn(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')).map(
        ({ name }) => name,
      ),
    );
    const missing = ROWS.filter(
      ({ name, kind }) => !shown.has(kind === 'histogram' ? `${name}_bucket` : name),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('the dashboard has an id for each panel, and something to show in each', async () => {
    const { panels } = await readDashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ type, targets }) => type !== 'row' && targets.length === 0)).toEqual([]);
  });

  it('every alert of Prometheus has a test that it opens and one that it does not', async () => {
    const alerts = [...(await readRules('spoke.rules.yml')).matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    const tests = await readRules('spoke.rules.test.yml');
    expect(alerts.length).toBeGreaterThan(5);
    const opened = new Set([...tests.matchAll(/alertname: (\w+)\n +exp_alerts:/g)].map(([, name]) => name));
    const quiet = new Set([...tests.matchAll(/alertname: (\w+) \}/g)].map(([, name]) => name));
    expect(alerts.filter((name) => !opened.has(name) || !quiet.has(name))).toEqual([]);
  });

  it.skipIf(!hasPromtool)('the rules of Prometheus are valid and do what their tests say', async () => {
    const cwd = fileURLToPath(RULES);
    const checked = await run('promtool', ['check', 'rules', 'spoke.rules.yml'], { cwd });
    expect(checked.stdout).toMatch(/SUCCESS: \d+ rules found/);
    const tested = await run('promtool', ['test', 'rules', 'spoke.rules.test.yml'], { cwd });
    expect(tested.stdout).toContain('SUCCESS');
  });
});
