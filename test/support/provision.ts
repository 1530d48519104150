import type { Simulator } from '../../simulator/index.ts';
import type { SpokeConfig } from '../../src/config/define-config.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { createPortalApi } from '../../src/provisioning/actual-portal.ts';
import { applyPlan } from '../../src/provisioning/apply-plan.ts';
import { planConfig } from '../../src/provisioning/plan-config.ts';

/** Creates in a simulated portal what a config wants of it, as `spoke properties apply` does. Throws for what cannot be created. */
export async function provision(simulator: Simulator, config: SpokeConfig): Promise<void> {
  const transport = createTransport({
    baseUrl: simulator.url,
    token: tokenFromText(simulator.token),
    log: silentLogger,
  });
  try {
    const api = createPortalApi(transport);
    const { stopped, steps } = await applyPlan(await planConfig(config, api), { api });
    const failed = steps.find(({ outcome }) => outcome === 'failed');
    if (stopped || failed) throw new Error(JSON.stringify(stopped ?? failed));
  } finally {
    await transport.close();
  }
}
