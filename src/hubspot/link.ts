import { own, textOf } from './json.ts';
import { idOf, misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';

export type AssociationCategory = 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';

/** A kind of link, as calls take it. */
export interface AssociationTypeRef {
  readonly associationCategory: AssociationCategory;
  readonly associationTypeId: number;
}

/** What one record is linked to. */
export interface Link {
  readonly toId: string;
  /** All kinds in which the two are linked; the plain link has no label. */
  readonly types: readonly LinkType[];
}

export interface LinkType {
  readonly category: string;
  readonly typeId: number;
  readonly label?: string;
}

/** A kind of link that a portal knows between two object types. */
export interface AssociationLabel extends LinkType {
  /** Of a paired label: its name in the other direction. */
  readonly inverseLabel?: string;
}

/** Reads one link of one record's list; `toObjectId` comes as a number. */
export function parseLink(value: unknown): Parsed<Link> {
  const toId = idOf(own(value, 'toObjectId')) ?? idOf(own(value, 'id'));
  if (toId === undefined) return misfit('it has no toObjectId');
  const types = parseEntries(value, 'associationTypes', parseLabel);
  return types.ok ? parsedAs({ toId, types: types.value }) : types;
}

/** Reads one entry of a list of labels. */
export function parseLabel(value: unknown): Parsed<AssociationLabel> {
  const typeId = own(value, 'typeId');
  if (typeof typeId !== 'number' || !Number.isSafeInteger(typeId)) return misfit('it has no typeId');
  const label = textOf(own(value, 'label'));
  const inverseLabel = textOf(own(value, 'inverseLabel'));
  return parsedAs({
    category: textOf(own(value, 'category')) ?? 'HUBSPOT_DEFINED',
    typeId,
    ...(label === undefined ? {} : { label }),
    ...(inverseLabel === undefined ? {} : { inverseLabel }),
  });
}
