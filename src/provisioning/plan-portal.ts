import { suggestion } from '../config/nearest-name.ts';
import { OBJECT_TYPE_IDS } from '../config/portal-definition.ts';
import type { ActualPortal } from './actual-portal.ts';
import type { DesiredPortal } from './desired-portal.ts';
import { planLists } from './plan-lists.ts';
import { planPipelines } from './plan-pipelines.ts';
import { planProperties } from './plan-properties.ts';
import { finding, joinPlans, type PortalPlan } from './portal-plan.ts';
import { findSampleProblems, type SampleUse } from './sample-use.ts';

/** What has to be created so that the portal has what the config wants. Pure; empty once it has been applied. */
export function planPortal(
  desired: DesiredPortal,
  actual: ActualPortal,
  uses: readonly SampleUse[] = [],
): PortalPlan {
  // What one object type takes of the portal's own limit is gone for the next.
  let roomInAll = actual.limits ? actual.limits.limit - actual.limits.usage : Number.POSITIVE_INFINITY;
  const plans = [...desired].flatMap(([objectType, wanted]): PortalPlan[] => {
    const there = actual.types.get(objectType);
    if (there === undefined) return [missingType(objectType, actual)];
    const { typeId } = there;
    const room = Math.min(roomInAll, roomOfType(typeId, actual));
    const scene = { objectType, typeId, desired: wanted, actual: there, room };
    const properties = planProperties(scene);
    roomInAll -= properties.changes.filter(({ kind }) => kind === 'property.create').length;
    return [properties, planPipelines(scene), planLists(scene)];
  });
  return joinPlans([...plans, { changes: [], findings: findSampleProblems(uses, desired, actual) }]);
}

function roomOfType(typeId: string, { limits }: ActualPortal): number {
  const ofType = limits?.byObjectType.find(({ objectTypeId }) => objectTypeId === typeId);
  return ofType === undefined ? Number.POSITIVE_INFINITY : ofType.limit - ofType.usage;
}

function missingType(objectType: string, { customTypes }: ActualPortal): PortalPlan {
  const hint =
    suggestion(objectType, [...customTypes, ...Object.keys(OBJECT_TYPE_IDS)]) ||
    ' Create the custom object in HubSpot, or correct the name.';
  const message = `The portal has no object type ${objectType}.${hint}`;
  return {
    changes: [],
    findings: [finding('object-type-missing', { objectType, name: objectType, message })],
  };
}
