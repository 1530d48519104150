export type AssociationCategory = 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';

/** One kind of link, in one direction. */
export interface AssociationType {
  /** Plural name of the type of the record that the link belongs to. */
  readonly from: string;
  readonly to: string;
  /** Unique within its category. */
  readonly typeId: number;
  readonly category: AssociationCategory;
  /** Made when a default (unlabelled) link is asked for. */
  readonly isDefault: boolean;
  /** A record has at most one link of this kind: its primary company, a child's parent. */
  readonly isSingle: boolean;
  /** Changed by its owner, for those that users define. */
  label: string | null;
  /** The same link seen from the other side; itself when both sides read the same. */
  inverse: AssociationType;
}

/** HubSpot's own unlabelled kinds: there and back. Activities count up in pairs, the way back is one below. */
const DEFAULTS: readonly [from: string, to: string, typeId: number, back: number][] = [
  ['contacts', 'companies', 279, 280],
  ['contacts', 'deals', 4, 3],
  ['contacts', 'tickets', 15, 16],
  ['deals', 'companies', 341, 342],
  ['tickets', 'companies', 339, 340],
  ['deals', 'tickets', 27, 28],
  ['contacts', 'contacts', 449, 449],
  ['companies', 'companies', 450, 450],
  ['deals', 'deals', 451, 451],
  ['tickets', 'tickets', 452, 452],
  ...activity('notes', { contacts: 202, companies: 190, deals: 214, tickets: 228 }),
  ...activity('tasks', { contacts: 204, companies: 192, deals: 216, tickets: 230 }),
  ...activity('calls', { contacts: 194, companies: 182, deals: 206, tickets: 220 }),
  ...activity('meetings', { contacts: 200, companies: 188, deals: 212, tickets: 226 }),
  ...activity('emails', { contacts: 198, companies: 186, deals: 210, tickets: 224 }),
];

/** HubSpot's own labelled kinds. The first side has at most one such link. */
const LABELLED: readonly [
  from: string,
  to: string,
  typeId: number,
  back: number,
  label: string,
  backLabel: string,
][] = [
  ['contacts', 'companies', 1, 2, 'Primary', 'Primary'],
  ['deals', 'companies', 5, 6, 'Primary', 'Primary'],
  ['tickets', 'companies', 26, 25, 'Primary', 'Primary'],
  ['companies', 'companies', 14, 13, 'Parent Company', 'Child Company'],
];

/** The kinds of link that every portal has. Made anew for each, since kinds point at each other. */
export function hubspotDefinedTypes(): AssociationType[] {
  const plain = DEFAULTS.flatMap(([from, to, typeId, back]) =>
    typePair({ from, to, typeId, back, category: 'HUBSPOT_DEFINED', isDefault: true }),
  );
  const labelled = LABELLED.flatMap(([from, to, typeId, back, label, backLabel]) =>
    typePair({
      from,
      to,
      typeId,
      back,
      label,
      backLabel,
      category: 'HUBSPOT_DEFINED',
      isDefault: false,
      isSingle: true,
    }),
  );
  return [...plain, ...labelled];
}

export interface TypePairFields {
  from: string;
  to: string;
  typeId: number;
  /** Id of the way back; the same id makes one kind that reads the same from both sides. */
  back: number;
  category: AssociationCategory;
  isDefault: boolean;
  /** Whether the first side has at most one. */
  isSingle?: boolean;
  label?: string;
  backLabel?: string;
}

/** A kind of link and its way back, pointing at each other. */
export function typePair(fields: TypePairFields): AssociationType[] {
  const { from, to, typeId, back, category, isDefault, isSingle = false } = fields;
  const label = fields.label ?? null;
  const one = { from, to, typeId, category, isDefault, isSingle, label };
  const there: AssociationType = Object.assign(one, { inverse: one as AssociationType });
  if (from === to && typeId === back) return [there];
  const other = {
    from: to,
    to: from,
    typeId: back,
    category,
    isDefault,
    isSingle: false,
    label: fields.backLabel ?? label,
    inverse: there,
  };
  there.inverse = other;
  return [there, other];
}

function activity(
  from: string,
  ids: Record<string, number>,
): [from: string, to: string, typeId: number, back: number][] {
  return Object.entries(ids).map(([to, typeId]) => [from, to, typeId, typeId - 1]);
}
