import { z } from 'zod';
import { type AssociationType, hubspotDefinedTypes, typePair } from './association-types.ts';
import type { TypeSet } from './link-book.ts';
import type { ObjectType } from './object-types.ts';
import type { SavedPart } from './saved-part.ts';

const pairRow = z.strictObject({
  from: z.string(),
  to: z.string(),
  typeId: z.number().int(),
  back: z.number().int(),
  isDefault: z.boolean(),
  label: z.string().exactOptional(),
  backLabel: z.string().exactOptional(),
});
const nextRow = z.strictObject({ nextCustomId: z.number().int(), nextUserId: z.number().int() });

/** Kinds between custom objects and others are numbered from here; HubSpot's own stay below. */
const FIRST_CUSTOM_ID = 10_001;
/** Type ids of custom objects begin so. */
const CUSTOM_PREFIX = '2-';

/** The kinds of link a portal knows: HubSpot's own, those of its custom objects, and the labels its users define. */
export class AssociationCatalogue implements SavedPart {
  /** By `from to`. */
  readonly #byPair = new Map<string, AssociationType[]>();
  readonly #sets = new Map<string, TypeSet>();
  readonly #alone = new Map<AssociationType, TypeSet>();
  #nextCustomId = FIRST_CUSTOM_ID;
  #nextUserId = 1;

  constructor() {
    for (const type of hubspotDefinedTypes()) this.#add(type);
  }

  /** All kinds from one type of record to another. Custom objects can be linked with everything. */
  list(from: ObjectType, to: ObjectType): readonly AssociationType[] {
    const known = this.#byPair.get(pairKey(from.name, to.name));
    if (known || !(isCustom(from) || isCustom(to))) return known ?? [];
    const typeId = this.#nextCustomId;
    const back = from === to ? typeId : typeId + 1;
    this.#nextCustomId += 2;
    const pair = { from: from.name, to: to.name, typeId, back };
    for (const type of typePair({ ...pair, category: 'USER_DEFINED', isDefault: true })) this.#add(type);
    return this.list(from, to);
  }

  default(from: ObjectType, to: ObjectType): AssociationType | undefined {
    return this.list(from, to).find((type) => type.isDefault);
  }

  /** By id, in any category when none is named. */
  find(
    from: ObjectType,
    to: ObjectType,
    spec: { typeId: number; category?: string },
  ): AssociationType | undefined {
    return this.list(from, to).find(
      (type) =>
        type.typeId === spec.typeId && (spec.category === undefined || spec.category === type.category),
    );
  }

  /** The kind of which a record has at most one: its primary company. */
  primary(from: ObjectType, to: ObjectType): AssociationType | undefined {
    return this.list(from, to).find((type) => type.isSingle && type.label === 'Primary');
  }

  /** By the name that v3 uses. */
  findNamed(from: ObjectType, to: ObjectType, name: string): AssociationType | undefined {
    return this.list(from, to).find((type) => this.nameOf(type, from, to) === name);
  }

  /** The name v3 has for a kind: `contact_to_company` is the primary one where there is such, else the unlabelled one. */
  nameOf(type: AssociationType, from: ObjectType, to: ObjectType): string {
    const base = `${from.singular}_to_${to.singular}`;
    const hasPrimary = this.primary(from, to) !== undefined || this.primary(to, from) !== undefined;
    if (type.isDefault) return hasPrimary ? `${base}_unlabeled` : base;
    if (type.label === 'Primary') return base;
    if (type.label === 'Parent Company') return 'child_to_parent_company';
    if (type.label === 'Child Company') return 'parent_to_child_company';
    return (type.label ?? base).toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  }

  /** Labels between two types of record, counted once for both directions. */
  countLabels(from: ObjectType, to: ObjectType): number {
    return this.list(from, to).filter((type) => type.category === 'USER_DEFINED' && type.label !== null)
      .length;
  }

  /** Defines a label and its way back. */
  addLabel(
    from: ObjectType,
    to: ObjectType,
    labels: { label: string; inverseLabel: string | undefined },
  ): AssociationType[] {
    const typeId = this.#nextUserId;
    const isOneWord = from === to && labels.inverseLabel === undefined;
    this.#nextUserId += isOneWord ? 1 : 2;
    const added = typePair({
      from: from.name,
      to: to.name,
      typeId,
      back: isOneWord ? typeId : typeId + 1,
      category: 'USER_DEFINED',
      isDefault: false,
      label: labels.label,
      ...(labels.inverseLabel === undefined ? {} : { backLabel: labels.inverseLabel }),
    });
    // The default kinds of custom objects come first.
    this.list(from, to);
    for (const type of added) this.#add(type);
    return added;
  }

  /** Takes a label and its way back away. */
  removeLabel(type: AssociationType): void {
    for (const gone of [type, type.inverse]) {
      const key = pairKey(gone.from, gone.to);
      this.#byPair.set(
        key,
        (this.#byPair.get(key) ?? []).filter((other) => other !== gone),
      );
    }
  }

  /** The shared set of these kinds, in the order of their ids; undefined for none. */
  setOf(types: readonly AssociationType[]): TypeSet | undefined {
    const [first] = types;
    if (first === undefined) return undefined;
    if (types.length === 1) {
      const known = this.#alone.get(first) ?? Object.freeze([first]);
      this.#alone.set(first, known);
      return known;
    }
    const sorted = [...types].sort(byId);
    const key = sorted.map(({ category, typeId }) => `${category} ${typeId}`).join();
    const known = this.#sets.get(key) ?? Object.freeze(sorted);
    this.#sets.set(key, known);
    return known;
  }

  /** The kinds that this portal has beyond HubSpot's own. */
  *dump(): Iterable<unknown> {
    const written = new Set<AssociationType>();
    for (const type of [...this.#byPair.values()].flat()) {
      if (type.category !== 'USER_DEFINED' || written.has(type.inverse)) continue;
      written.add(type);
      const { from, to, typeId, inverse, isDefault, label } = type;
      const labels = label === null ? {} : { label, backLabel: inverse.label ?? label };
      yield { from, to, typeId, back: inverse.typeId, isDefault, ...labels };
    }
    yield { nextCustomId: this.#nextCustomId, nextUserId: this.#nextUserId };
  }

  restore(row: unknown): void {
    const saved = pairRow.or(nextRow).parse(row);
    if ('nextUserId' in saved) {
      this.#nextCustomId = saved.nextCustomId;
      this.#nextUserId = saved.nextUserId;
    } else for (const type of typePair({ ...saved, category: 'USER_DEFINED' })) this.#add(type);
  }

  #add(type: AssociationType): void {
    const key = pairKey(type.from, type.to);
    const known = this.#byPair.get(key) ?? [];
    known.push(type);
    this.#byPair.set(key, known);
  }
}

function pairKey(from: string, to: string): string {
  return `${from} ${to}`;
}

function isCustom(type: ObjectType): boolean {
  return type.typeId.startsWith(CUSTOM_PREFIX);
}

/** HubSpot's own before those of users, each by id. */
function byId(one: AssociationType, other: AssociationType): number {
  return one.category.localeCompare(other.category) || one.typeId - other.typeId;
}
