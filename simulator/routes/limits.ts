import type { Call } from '../call.ts';
import type { ObjectData } from '../object-data.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { anyToken } from './scopes.ts';

/** Records of one type that HubSpot allows in the larger tiers. */
const MAX_RECORDS = 15_000_000;
/** Custom properties of all types together. */
const MAX_PROPERTIES = 10_000;
const MAX_CUSTOM_OBJECTS = 10;
/** Labels between two types of record. */
const MAX_LABELS = 10;

/** How much of what the portal holds is used up. */
export const limitRoutes: readonly Route[] = [
  { pattern: 'custom-properties', handle: customProperties },
  { pattern: 'records', handle: records },
  { pattern: 'custom-object-types', handle: customObjectTypes },
  { pattern: 'associations/labels', handle: associationLabels },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'crm/limits',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: anyToken,
    }) as Route,
);

function customProperties({ portal }: Call): Reply {
  const { maxCustomProperties } = portal.behaviour;
  const byObjectType = portal
    .allObjects()
    .map((data) => ({ ...nameOf(data), ...share(data.registry.customCount(), maxCustomProperties) }));
  const used = byObjectType.reduce((sum, { usage }) => sum + usage, 0);
  return ok({ ...overall(used, MAX_PROPERTIES), byObjectType });
}

function records({ portal }: Call): Reply {
  const rows = portal
    .allObjects()
    .map((data) => ({ ...nameOf(data), ...share(data.store.counts.live, MAX_RECORDS) }));
  const isCustom = (row: { objectTypeId: string }) => row.objectTypeId.startsWith('2-');
  const custom = rows.filter(isCustom);
  const used = custom.reduce((sum, { usage }) => sum + usage, 0);
  return ok({
    hubspotDefinedObjectTypes: rows.filter((row) => !isCustom(row)),
    customObjectTypes: { ...overall(used, MAX_RECORDS), byObjectType: custom },
  });
}

function customObjectTypes({ portal }: Call): Reply {
  return ok(share(portal.schemas.list().length, MAX_CUSTOM_OBJECTS));
}

/** Pairs of types that have labels of the portal's own. */
function associationLabels({ portal }: Call): Reply {
  const objects = portal.allObjects();
  const pairs = objects.flatMap((from) => objects.map((to) => ({ from, to })));
  const results = pairs
    .map(({ from, to }) => ({
      fromObjectTypeId: from.type.typeId,
      toObjectTypeId: to.type.typeId,
      ...share(portal.associations.countLabels(from.type, to.type), MAX_LABELS),
    }))
    .filter(({ usage }) => usage > 0);
  return ok({ results });
}

function nameOf({ type }: ObjectData): { objectTypeId: string; singularLabel: string; pluralLabel: string } {
  const pluralLabel = type.name.charAt(0).toUpperCase() + type.name.slice(1);
  return { objectTypeId: type.typeId, singularLabel: type.displayName, pluralLabel };
}

function share(usage: number, limit: number): { usage: number; limit: number; percentage: number } {
  return { usage, limit, percentage: percentage(usage, limit) };
}

function overall(usage: number, limit: number) {
  return { overallUsage: usage, overallLimit: limit, overallPercentage: percentage(usage, limit) };
}

/** With two decimals. */
function percentage(usage: number, limit: number): number {
  return Math.round((usage * 10_000) / limit) / 100;
}
