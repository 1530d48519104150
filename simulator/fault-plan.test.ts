import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFaultPlan, readFaultPlan } from './fault-plan.ts';
import { FAULT_PRESET_NAMES, FAULT_PRESETS, type FaultPreset } from './fault-presets.ts';
import { FAULT_KINDS } from './faults.ts';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

let portal: TestPortal;
let folder: string;
let file: string;
beforeEach(async () => {
  portal = await startPortal();
  folder = await mkdtemp(join(tmpdir(), 'fault-plan-'));
  file = join(folder, 'plan.json');
});
afterEach(async () => {
  await portal.simulator.stop();
  await rm(folder, { recursive: true, force: true });
});

const read = (headers: Record<string, string> = {}) => portal.call('GET', CONTACTS, undefined, headers);
const write = (headers: Record<string, string> = {}) =>
  portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', {}]]), headers);

describe('a plan file', () => {
  it.each([
    ['one fault', { do: 'html' }, ['html']],
    ['an array', [{ do: 'html' }, { do: 'slow', delayMs: 5 }], ['html', 'slow']],
    [
      'faults and presets',
      { faults: [{ do: 'reset' }], presets: ['slow', 'empty'] },
      ['reset', 'slow', 'empty'],
    ],
    ['nothing', {}, []],
  ])('holds %s', async (_, plan, kinds) => {
    await writeFile(file, JSON.stringify(plan));
    expect(readFaultPlan(file).faults.map((fault) => fault.do)).toEqual(kinds);
  });

  it('may hold answers', async () => {
    await writeFile(file, '{"holdAfterApply":{"holdMs":50}}');
    expect(readFaultPlan(file).holdAfterApply).toMatchObject({ holdMs: 50 });
  });

  it.each([
    ['[\n  {"do": "html"}\n  {"do": "slow"}\n]', 'is not JSON, line 3'],
    ['[{"do":"html"},{"do":"explode"}]', '[1].do'],
    ['{"faults":[{"do":"html","probability":2}]}', 'faults[0].probability'],
    ['{"fault":[]}', '"fault"'],
    ['{"presets":["flakey"]}', 'is no preset; there are flaky,'],
    ['{"do":"revoke","at":"after-apply"}', "'revoke' is only done at 'before'"],
  ])('%j is refused: %s', async (text, message) => {
    await writeFile(file, text);
    expect(() => readFaultPlan(file)).toThrow(message);
    expect(() => readFaultPlan(file)).toThrow(file);
  });

  it('that is not there is named', () => {
    expect(() => readFaultPlan(file)).toThrow(`The fault plan ${file} cannot be read`);
  });
});

describe('presets', () => {
  it.each(Object.keys(FAULT_PRESETS) as FaultPreset[])('%s can be played', (name) => {
    const added = portal.simulator.setFaults(FAULT_PRESETS[name]);
    expect(added.map(({ id }) => id)).toEqual(FAULT_PRESETS[name].map(({ id }) => id));
  });

  it('are added by name over HTTP', async () => {
    const { body } = await portal.admin('POST', 'faults', { presets: ['outage'] });
    expect(body.results).toMatchObject([{ id: 'outage', status: 503 }]);
    expect((await read()).status).toBe(503);
  });

  it('locked refuses writes, not reads of a batch', () => {
    const { path } = FAULT_PRESETS.locked[0].match;
    expect(new RegExp(path).test('/crm/objects/2026-09/contacts/batch/upsert')).toBe(true);
    expect(new RegExp(path).test('/crm/objects/2026-09/contacts/batch/read?archived=true')).toBe(false);
  });
});

describe('the guide', () => {
  const guide = readFileSync(new URL('../docs/guides/simulator.md', import.meta.url), 'utf8');

  it('shows plans that are valid', () => {
    const plans = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? ''));
    expect(plans.length).toBeGreaterThan(3);
    for (const plan of plans) expect(parseFaultPlan(plan).faults.length).toBeGreaterThan(0);
  });

  it.each([...FAULT_PRESET_NAMES, ...FAULT_KINDS])('names %s', (name) => {
    expect(guide).toContain(`\`${name}\``);
  });
});

describe('a fault that a request brings', () => {
  it.each([
    ['migration', 477, 'retry-after', '2'],
    ['rate-limit', 429, 'content-type', 'application/json;charset=utf-8'],
    ['edge-limit', 429, 'content-type', 'text/plain; charset=UTF-8'],
    ['{"do":"status","status":423}', 423, 'content-type', 'application/json;charset=utf-8'],
    ['{"do":"html","status":500}', 500, 'content-type', 'text/html; charset=UTF-8'],
  ])('%s is answered %i', async (header, status, name, value) => {
    const answer = await read({ 'x-simulator-fault': header });
    expect(answer.status).toBe(status);
    expect(answer.headers[name]).toBe(value);
    expect((await read()).status).toBe(200);
  });

  it('is played whatever its chance, and stands in the journal', async () => {
    await expect(write({ 'x-simulator-fault': 'after-apply-reset' })).rejects.toThrow();
    expect(portal.simulator.records('contacts')).toHaveLength(1);
    expect(portal.simulator.journal()).toMatchObject([
      { applied: true, fault: 'after-apply-reset', status: 0 },
    ]);
  });

  it('goes before the portal’s plan', async () => {
    portal.simulator.addFaults([{ do: 'status', status: 500 }]);
    expect((await read({ 'x-simulator-fault': '{"do":"status","status":502}' })).status).toBe(502);
  });

  it.each([
    ['flakey', 'neither a fault as JSON nor one of flaky'],
    ['{"do":"explode"}', 'do'],
  ])('%s is a 400 that says why', async (header, message) => {
    const { status, text } = await read({ 'x-simulator-fault': header });
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(message) });
    expect(portal.simulator.journal()).toEqual([]);
  });
});

describe('kinds that let the answer pass', () => {
  it.each([600_000, -600_000])('a skewed clock is %i ms off in the Date header', async (skewMs) => {
    portal.simulator.addFaults([{ do: 'skew', skewMs }]);
    const { status, headers } = await read();
    expect(status).toBe(200);
    const off = Date.parse(String(headers.date)) - Date.now() - skewMs;
    expect(Math.abs(off)).toBeLessThan(60_000);
  });

  it('a token is revoked midway, for good', async () => {
    portal.simulator.addFaults([{ do: 'revoke', after: 2, times: 1 }]);
    const statuses = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await read()).status);
    expect(statuses).toEqual([200, 200, 401, 401]);
    portal.simulator.reset(['tokens']);
    expect((await read()).status).toBe(200);
  });
});
