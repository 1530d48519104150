import type { Exchange } from '../hubspot/exchange.ts';

/** Object types with a label of their own; a portal may have any number of others. */
const TYPES = new Set(['contacts', 'companies', 'deals', 'tickets']);
const RECORD_CALLS = new Set(['upsert', 'update', 'adopt', 'archive']);
const OTHER_CALLS = new Set([
  'associations.create',
  'lists.add',
  'lists.remove',
  'consent.set',
  'events.custom',
  'events.app',
  'notes.create',
  'read',
  'search',
]);
const POLICIES = new Set(['DAILY', 'TEN_SECONDLY_ROLLING', 'SECONDLY']);
const CODE = /^[A-Z]+(?:_[A-Z]+)+$/;

/** The label of a call: its name, with `custom` for an object type of the portal's own, so that there are few. */
export function callLabel(name: string): string {
  if (OTHER_CALLS.has(name)) return name;
  if (name.startsWith('associations.')) return 'associations.create';
  const dot = name.lastIndexOf('.');
  const call = name.slice(dot + 1);
  if (dot < 0 || !RECORD_CALLS.has(call)) return 'other';
  return `${TYPES.has(name.slice(0, dot)) ? name.slice(0, dot) : 'custom'}.${call}`;
}

export function statusLabel(exchange: Exchange): string {
  return exchange.kind === 'fault' ? 'none' : `${Math.floor(exchange.status / 100)}xx`;
}

export function policyLabel(policyName: string | undefined): string {
  return policyName === undefined ? 'none' : POLICIES.has(policyName) ? policyName : 'other';
}

/** Codes are constants of this program; anything else would be a text from outside. */
export function codeLabel(code: string | undefined): string {
  return code !== undefined && code.length <= 60 && CODE.test(code) ? code : 'other';
}

/** How the worst of a call's inputs ended. */
export function outcomeLabel(attempt: { readonly notApplied: number; readonly unknown: number }): string {
  return attempt.unknown > 0 ? 'unknown' : attempt.notApplied > 0 ? 'not_applied' : 'applied';
}
