import type { PropertyFault } from './validation.ts';
import type { PlannedWrite, WriteContext } from './writes.ts';

const PROPERTY = 'hubspot_owner_id';

/** Checks that a record is assigned to an active owner, unless the portal lets any number pass. */
export function checkOwner(write: PlannedWrite, { portal }: WriteContext): PropertyFault | undefined {
  if (!portal.behaviour.checkOwners) return undefined;
  const id = write.values.find(([name]) => name === PROPERTY)?.[1];
  if (id === undefined || id === '') return undefined;
  const owner = portal.owners.get(id);
  if (owner && !owner.archived) return undefined;
  const message = owner ? `Owner ${id} is deactivated` : `Owner ${id} does not exist`;
  return { name: PROPERTY, code: 'INVALID_OWNER_ID', message };
}
