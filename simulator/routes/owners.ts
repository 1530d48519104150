import { badRequest, notFound } from '../api-error.ts';
import { type Call, pageLimit, param } from '../call.ts';
import type { Owner } from '../owners.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';

const PAGE = { fallback: 100, max: 500 };
const INTEGER = /^\d+$/;
const SCOPES = [['crm.objects.owners.read']];

/** Who records can be assigned to. */
export const ownerRoutes: readonly Route[] = [
  { pattern: '', handle: list },
  { pattern: ':ownerId', handle: get },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'crm/owners',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: () => SCOPES,
    }) as Route,
);

function list(call: Call): Reply {
  const { query } = call;
  const limit = pageLimit(query, PAGE.fallback, PAGE.max);
  const after = query.get('after') ?? '0';
  if (!INTEGER.test(after)) throw badRequest(`Invalid paging cursor: ${after}`);
  const email = query.get('email')?.toLowerCase();
  const found = call.portal.owners
    .list(query.get('archived') === 'true')
    .filter((owner) => Number(owner.id) >= Number(after))
    .filter((owner) => email === undefined || owner.email.toLowerCase() === email);
  const results = found.slice(0, limit).map((owner) => view(call, owner));
  const next = found[limit];
  if (!next) return ok({ results });
  const nextQuery = new URLSearchParams(query);
  nextQuery.set('after', next.id);
  const link = `https://api.hubapi.com/crm/v3/owners/?${nextQuery}`;
  return ok({ results, paging: { next: { after: next.id, link } } });
}

function get(call: Call): Reply {
  const id = param(call, 'ownerId');
  const idProperty = call.query.get('idProperty') ?? 'id';
  if (idProperty !== 'id' && idProperty !== 'userId')
    throw badRequest(`idProperty must be id or userId, was ${idProperty}`);
  if (!INTEGER.test(id)) throw badRequest(`${id} is not a valid owner ID`);
  const { owners } = call.portal;
  const owner = idProperty === 'id' ? owners.get(id) : owners.ofUser(Number(id));
  if (!owner || owner.archived !== (call.query.get('archived') === 'true')) throw notFound();
  return ok(view(call, owner));
}

/** Of a deactivated user the user id stands in a field of its own. */
function view(call: Call, owner: Owner) {
  const { id, userId, email, firstName, lastName, type, teams, archived, createdAt } = owner;
  const date = call.portal.iso(createdAt);
  return {
    id,
    email,
    type,
    firstName,
    lastName,
    ...(archived ? {} : { userId }),
    userIdIncludingInactive: userId,
    ...(teams.length > 0 ? { teams } : {}),
    createdAt: date,
    updatedAt: date,
    archived,
  };
}
