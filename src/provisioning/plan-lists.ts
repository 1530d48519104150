import type { ListDefinition } from '../config/portal-definition.ts';
import type { NewList } from '../hubspot/lists.ts';
import { changeOf, finding, type PortalPlan } from './portal-plan.ts';
import type { TypeScene } from './type-scene.ts';

/** Lists that are missing, and those of another kind. Filters are not compared: HubSpot gives them back in a form of its own. */
export function planLists(scene: TypeScene): PortalPlan {
  const plans = scene.desired.lists.map((definition): PortalPlan => {
    const wanted = listOf(scene.typeId, definition);
    const found = scene.actual.lists.find(({ name }) => name === wanted.name);
    if (found === undefined)
      return { changes: [changeOf(scene, { kind: 'list.create', list: wanted })], findings: [] };
    // A list that HubSpot fills takes no members, one that it does not fill stays empty.
    if ((found.processingType === 'DYNAMIC') === (wanted.processingType === 'DYNAMIC'))
      return { changes: [], findings: [] };
    const message = `The list ${wanted.name} is ${found.processingType}, and the config makes it ${wanted.processingType}.`;
    const { objectType } = scene;
    return { changes: [], findings: [finding('list-differs', { objectType, name: wanted.name, message })] };
  });
  return {
    changes: plans.flatMap(({ changes }) => changes),
    findings: plans.flatMap(({ findings }) => findings),
  };
}

function listOf(objectTypeId: string, { name, filterBranch }: ListDefinition): NewList {
  return filterBranch === undefined
    ? { name, objectTypeId, processingType: 'MANUAL' }
    : { name, objectTypeId, processingType: 'DYNAMIC', filterBranch };
}
