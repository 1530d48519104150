import type { Portal } from '../portal.ts';
import type { Route } from '../router.ts';

/** Any token may call. */
export const anyToken: Route['scopes'] = () => [];

export const readRecords: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.read,
];

export const writeRecords: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.write,
];

export const readSchema: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.schemaRead,
];

export const writeSchema: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.schemaWrite,
];

/** Links need the scopes of both sides. */
export const readLinks: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.read,
  typeOf(portal, params.toType).scopes.read,
];

export const writeLinks: Route['scopes'] = (portal, params) => [
  typeOf(portal, params.objectType).scopes.write,
  typeOf(portal, params.toType).scopes.write,
];

function typeOf(portal: Portal, name: string | undefined) {
  return portal.objects(name ?? '').type;
}
