/** One HubSpot-defined kind of link, in one direction. */
export interface AssociationType {
  from: string;
  to: string;
  typeId: number;
  /** Made when a default (unlabelled) link is asked for. */
  isDefault: boolean;
  label: string | null;
}

export const ASSOCIATION_TYPES: readonly AssociationType[] = [
  ...pair('notes', 'contacts', 202, 201),
  ...pair('notes', 'companies', 190, 189),
  ...pair('notes', 'deals', 214, 213),
  ...pair('contacts', 'companies', 279, 280),
  ...pair('contacts', 'companies', 1, 2, 'Primary'),
  ...pair('contacts', 'deals', 4, 3),
  ...pair('deals', 'companies', 341, 342),
  ...pair('deals', 'companies', 5, 6, 'Primary'),
  ...pair('contacts', 'contacts', 449, 449),
];

export function defaultAssociation(from: string, to: string): AssociationType | undefined {
  return ASSOCIATION_TYPES.find((type) => type.from === from && type.to === to && type.isDefault);
}

export function findAssociation(from: string, to: string, typeId: number): AssociationType | undefined {
  return ASSOCIATION_TYPES.find((type) => type.from === from && type.to === to && type.typeId === typeId);
}

/** The same link seen from the other side: default to default, label to label. */
export function inverseAssociation(type: AssociationType): AssociationType | undefined {
  return ASSOCIATION_TYPES.find(
    (other) => other.from === type.to && other.to === type.from && other.label === type.label,
  );
}

function pair(from: string, to: string, typeId: number, back: number, label: string | null = null) {
  const isDefault = label === null;
  const there = { from, to, typeId, isDefault, label };
  return from === to ? [there] : [there, { from: to, to: from, typeId: back, isDefault, label }];
}
