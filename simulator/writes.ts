import type { AssociationType } from './association-types.ts';
import type { Occasion } from './changes.ts';
import { link } from './links.ts';
import { splitList } from './object-store.ts';
import { checkOwner } from './owner-rules.ts';
import { checkPipeline } from './pipeline-rules.ts';
import type { ObjectData, Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import {
  normaliseEmail,
  type PropertyFault,
  type PropertyWarning,
  validateProperties,
} from './validation.ts';
import type { ChangeSource } from './value-versions.ts';
import type { Version } from './version.ts';
import { WrittenChange } from './written-change.ts';

/** Why an input cannot be written. */
export type WriteFailure =
  | { kind: 'validation'; faults: PropertyFault[] }
  | { kind: 'required'; names: readonly string[] }
  | { kind: 'conflict'; existingId: string }
  | { kind: 'associations' };

export interface WriteInput {
  /** undefined: a new record. */
  target: StoredRecord | undefined;
  properties: Record<string, unknown>;
  /** The unique value an upsert is keyed by; a new record gets it. */
  key?: { property: string; value: string };
  associations?: readonly AssociationInput[] | undefined;
}

export interface AssociationInput {
  toId: string;
  types: readonly { category: string; typeId: number }[];
}

/** A checked write, ready to be applied; nothing has changed yet. */
export interface PlannedWrite {
  target: StoredRecord | undefined;
  values: [name: string, value: string][];
  warnings: PropertyWarning[];
  links: { to: StoredRecord; type: AssociationType }[];
}

export type Plan = { ok: true; write: PlannedWrite } | { ok: false; failure: WriteFailure };

export interface WriteContext {
  portal: Portal;
  data: ObjectData;
  version: Version;
}

/** Unique values taken by earlier inputs of the same batch: property -> value -> who takes it. */
export type Claims = Map<string, Map<string, StoredRecord | PlannedWrite>>;

/** Checks one input against definitions, rules and unique values. Pure: it only adds to `claims`. */
export function planWrite(input: WriteInput, context: WriteContext, claims: Claims): Plan {
  const { portal, data, version } = context;
  const { target } = input;
  const { values, faults, warnings } = validateProperties(keyed(input), {
    registry: data.registry,
    version,
    behaviour: portal.behaviour,
  });
  if (faults.length === 0) faults.push(...blockedAddresses(values, context));
  if (faults.length > 0) return refuse({ kind: 'validation', faults });
  const write: PlannedWrite = { target, values, warnings, links: [] };
  if (target) resolveAppends(write, target);
  const ruleFault =
    checkPipeline(write, context) ??
    checkOwner(write, context) ??
    checkLifecycle(write, context) ??
    checkAdministratorRules(write, context);
  if (ruleFault) return refuse({ kind: 'validation', faults: [ruleFault] });
  if (!target) {
    const missing = missingOnCreate(write, context);
    if (missing.length > 0) return refuse({ kind: 'required', names: missing });
  }
  const clash = claimUniqueValues(write, context, claims);
  if (clash) return refuse(clash);
  if (input.associations && !resolveLinks(write, input.associations, context))
    return refuse({ kind: 'associations' });
  return { ok: true, write };
}

export interface ApplyDetails {
  kind: 'create' | 'update' | 'upsert';
  now: number;
  requestN: number;
  traceId?: string | undefined;
  /** Default: a person at the portal's own pages. */
  source?: ChangeSource | undefined;
}

/** What history names when no app wrote. */
export const CRM_UI: ChangeSource = { sourceType: 'CRM_UI', sourceId: 'userId:7', userId: 7 };

/** Writes what was planned and returns the record. The modified date moves only when a value changed. */
export function applyWrite(write: PlannedWrite, context: WriteContext, details: ApplyDetails): StoredRecord {
  const { portal, data } = context;
  const stamp = portal.stamp(details.now, details.source ?? CRM_UI);
  const record = write.target ?? data.store.create(stamp);
  const occasion: Occasion = { portal, at: details.now, requestN: details.requestN };
  const before = write.target && { versions: record.changed, modified: record.updatedAt };
  const options = { since: write.target && stamp };
  let changed = false;
  for (const [name, value] of write.values) if (data.store.set(record, name, value, options)) changed = true;
  if (changed && write.target) data.store.touch(record, stamp);
  if (portal.changes.isHeard && (changed || !before))
    portal.changes.tell(new WrittenChange(record, before, occasion));
  for (const { to, type } of write.links) link({ from: record, to }, [type], occasion);
  if (portal.behaviour.recordHistory) {
    portal.history.add(data.type.name, record.id, {
      kind: details.kind,
      at: details.now,
      requestN: details.requestN,
      ...(details.traceId === undefined ? {} : { traceId: details.traceId }),
      properties: Object.fromEntries(write.values),
    });
  }
  return record;
}

function refuse(failure: WriteFailure): Plan {
  return { ok: false, failure };
}

/** An upsert that creates also writes its key, unless the caller gives that property a value of its own. */
function keyed(input: WriteInput): Record<string, unknown> {
  const { key, target, properties } = input;
  if (!key || target || Object.hasOwn(properties, key.property)) return properties;
  return { [key.property]: key.value, ...properties };
}

/** Addresses of people who have asked to be forgotten. */
function blockedAddresses(
  values: readonly [name: string, value: string][],
  { portal, data }: WriteContext,
): PropertyFault[] {
  const names = data.type.secondaryOf;
  if (!names || portal.blocklist.isEmpty) return [];
  const days = portal.behaviour.addressBlockedDays;
  const now = portal.clock.now();
  return values.flatMap(([name, value]) => {
    if (name !== names.primary && name !== names.additional) return [];
    const blocked = splitList(value).find((address) => portal.blocklist.isBlocked(address, { now, days }));
    if (blocked === undefined) return [];
    return [{ name, code: 'INVALID_EMAIL', message: `Email address ${blocked} is GDPR blacklisted` }];
  });
}

/** A multi-value that starts with ';' is added to what is there. */
function resolveAppends(write: PlannedWrite, target: StoredRecord): void {
  for (const entry of write.values) {
    const [name, value] = entry;
    if (value.charCodeAt(0) !== 59) continue;
    entry[1] = [...new Set([...splitList(target.properties.get(name)), ...splitList(value)])].join(';');
  }
}

/** A lifecycle stage only moves forward, in the order of its options; clearing it first lifts that. */
function checkLifecycle(write: PlannedWrite, { portal, data }: WriteContext): PropertyFault | undefined {
  const entry = findEntry(write, 'lifecyclestage');
  if (!entry) {
    const stage = data.type.name === 'contacts' ? portal.behaviour.defaultLifecycleStage : '';
    if (!write.target && stage !== '') write.values.push(['lifecyclestage', stage]);
    return undefined;
  }
  const before = write.target?.properties.get('lifecyclestage');
  if (!before || entry[1] === '' || entry[1] === before) return undefined;
  const stages = data.registry.get('lifecyclestage')?.options.map((option) => option.value) ?? [];
  if (stages.indexOf(entry[1]) >= stages.indexOf(before)) return undefined;
  if (portal.behaviour.lifecycleBackward === 'keep') {
    entry[1] = before;
    return undefined;
  }
  return {
    name: 'lifecyclestage',
    code: 'INVALID_LIFECYCLE_STAGE',
    message: `lifecyclestage cannot be moved backward from ${before} to ${entry[1]}`,
  };
}

/** Rules of the portal's administrators bind API writes from 2026-09 on. */
function checkAdministratorRules(
  write: PlannedWrite,
  { portal, data, version }: WriteContext,
): PropertyFault | undefined {
  if (version !== '2026-09') return undefined;
  for (const rule of portal.behaviour.conditionalRules) {
    if (rule.objectType !== data.type.name) continue;
    const value = valueAfter(write, rule.property);
    if (value === '' || (rule.values && !rule.values.includes(value))) continue;
    const name = rule.requires.find((required) => valueAfter(write, required) === '');
    if (name === undefined) continue;
    return {
      name,
      code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
      message: `${name} is required because of a conditional property rule based on [${rule.property}]`,
    };
  }
  if (write.target) return undefined;
  const required = portal.behaviour.requiredOnCreate[data.type.name] ?? [];
  const name = required.find((candidate) => valueAfter(write, candidate) === '');
  if (name === undefined) return undefined;
  return { name, code: 'MISSING_REQUIRED_PROPERTY', message: `A value for ${name} must be provided` };
}

function findEntry(write: PlannedWrite, name: string): [name: string, value: string] | undefined {
  for (const entry of write.values) if (entry[0] === name) return entry;
  return undefined;
}

/** The value a property has once the write is applied. */
function valueAfter(write: PlannedWrite, name: string): string {
  return findEntry(write, name)?.[1] ?? write.target?.properties.get(name) ?? '';
}

function missingOnCreate(write: PlannedWrite, { data }: WriteContext): readonly string[] {
  const { requireAll, requireOneOf, pipeline } = data.type;
  const all = pipeline ? [...requireAll, pipeline.property] : requireAll;
  const missing = all.filter((name) => !findEntry(write, name)?.[1]);
  if (missing.length > 0 || requireOneOf.length === 0) return missing;
  for (const name of requireOneOf) if (findEntry(write, name)?.[1]) return missing;
  return requireOneOf;
}

function claimUniqueValues(
  write: PlannedWrite,
  context: WriteContext,
  claims: Claims,
): WriteFailure | undefined {
  const { store, type } = context.data;
  const owner = write.target ?? write;
  for (const [name, value] of write.values) {
    const isList = name === type.secondaryOf?.additional;
    const index = isList ? (type.secondaryOf?.primary ?? name) : name;
    if (value === '' || !store.isIndexed(index)) continue;
    const taken = claims.get(index) ?? new Map<string, StoredRecord | PlannedWrite>();
    claims.set(index, taken);
    for (const member of isList ? splitList(value) : [value]) {
      const holder = store.findUnique(index, member);
      if (holder && holder !== write.target) return clash(index, member, holder, context);
      if (holder && isDemotedPrimary(name, member, holder, context))
        return { kind: 'conflict', existingId: holder.id };
      const claimant = taken.get(member);
      if (claimant && claimant !== owner) return clash(index, member, claimant, context);
      taken.set(member, owner);
    }
  }
  return undefined;
}

/** Whether a contact is about to take its own additional address as primary in a portal that refuses it. */
function isDemotedPrimary(
  name: string,
  value: string,
  holder: StoredRecord,
  { portal, data }: WriteContext,
): boolean {
  if (portal.behaviour.emailFromAdditional !== 'conflict' || name !== data.type.secondaryOf?.primary)
    return false;
  return holder.properties.get(name) !== value;
}

/** An address clash is a conflict that names the owner; any other unique value is a validation fault. */
function clash(
  name: string,
  value: string,
  holder: StoredRecord | PlannedWrite,
  { data }: WriteContext,
): WriteFailure {
  const existingId = 'numericId' in holder ? holder.id : '';
  if (name === data.type.secondaryOf?.primary) return { kind: 'conflict', existingId };
  const message = `${value} is already used by another ${data.type.singular}${existingId === '' ? '' : `: ${existingId}`}. ${name} must be unique.`;
  return { kind: 'validation', faults: [{ name, code: 'CONFLICTING_UNIQUE_VALUE', message }] };
}

function resolveLinks(
  write: PlannedWrite,
  associations: readonly AssociationInput[],
  { portal, data }: WriteContext,
): boolean {
  for (const { toId, types } of associations) {
    if (types.length === 0) return false;
    for (const { category, typeId } of types) {
      const found = findKind({ category, typeId }, data, portal);
      const to = found && portal.liveRecord(found.data, toId);
      if (!to) return false;
      write.links.push({ to, type: found.type });
    }
  }
  return true;
}

/** A kind of link by its id alone, which also says what the other side is. */
function findKind(
  spec: { category: string; typeId: number },
  { type: from }: ObjectData,
  portal: Portal,
): { data: ObjectData; type: AssociationType } | undefined {
  for (const data of portal.allObjects()) {
    const type = portal.associations.find(from, data.type, spec);
    if (type) return { data, type };
  }
  return undefined;
}

/** The form under which a unique property's values are looked up. */
export function uniqueKey(data: ObjectData, property: string, value: string): string {
  return property === data.type.secondaryOf?.primary ? normaliseEmail(value) : value;
}
