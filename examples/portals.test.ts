import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/index.ts';
import { tokenFromText } from '../src/hubspot/token.ts';
import { createTransport } from '../src/hubspot/transport.ts';
import { loadConfig } from '../src/index.ts';
import { silentLogger } from '../src/log.ts';
import { createPortalApi } from '../src/provisioning/actual-portal.ts';
import { applyPlan } from '../src/provisioning/apply-plan.ts';
import { planConfig } from '../src/provisioning/plan-config.ts';

const examples = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test.each(examples)('a new portal gets all that %s sends', async (name) => {
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  const transport = createTransport({
    baseUrl: simulator.url,
    token: tokenFromText(simulator.token),
    log: silentLogger,
  });
  onTestFinished(() => transport.close());
  const api = createPortalApi(transport);
  const { config } = await loadConfig({ path: `${import.meta.dirname}/${name}/spoke.config.ts` });
  const plan = await planConfig(config, api);
  expect(plan.findings.filter(({ level }) => level === 'problem')).toEqual([]);
  const { steps } = await applyPlan(plan, { api });
  for (const { outcome } of steps) expect(outcome).toBe('applied');
  expect((await planConfig(config, api)).changes).toEqual([]);
});
