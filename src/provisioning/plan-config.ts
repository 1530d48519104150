import type { SpokeConfig } from '../config/define-config.ts';
import type { ReadOptions } from '../hubspot/read-answer.ts';
import { type PortalApi, readPortal } from './actual-portal.ts';
import { desiredPortal } from './desired-portal.ts';
import { formProperties } from './form-properties.ts';
import { planPortal } from './plan-portal.ts';
import type { PortalPlan } from './portal-plan.ts';
import { sampleUse, stagedTypes } from './sample-use.ts';

export interface PlanOptions extends ReadOptions {
  /** HUBSPOT_OWNER_ID, for mappings that look at it. */
  readonly ownerId?: string | undefined;
}

/** Reads from the portal what a config speaks of, its samples included, and plans. Raises the errors of expectBody. */
export async function planConfig(
  config: SpokeConfig,
  api: PortalApi,
  { ownerId, ...read }: PlanOptions = {},
): Promise<PortalPlan> {
  const ofForms = formProperties(config.forms, config.website?.uploads !== undefined);
  const desired = desiredPortal(config.portal, config.mirror?.segments, ofForms);
  const uses = sampleUse(config, ownerId);
  const sampled = new Set(uses.map(({ objectType }) => objectType));
  return planPortal(
    desired,
    await readPortal(api, { desired, sampled, staged: stagedTypes(uses) }, read),
    uses,
  );
}
