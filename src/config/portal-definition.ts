/** HubSpot's own object types as `portal` names them, with their ids. Every other name is a custom object's. */
export const OBJECT_TYPE_IDS = {
  contacts: '0-1',
  companies: '0-2',
  deals: '0-3',
  tickets: '0-5',
  products: '0-7',
  line_items: '0-8',
  communications: '0-18',
  tasks: '0-27',
  notes: '0-46',
  meetings: '0-47',
  calls: '0-48',
  emails: '0-49',
  users: '0-115',
  leads: '0-136',
} as const;

/** Types of properties with the field types that each can have, its default first. */
export const FIELD_TYPES = {
  string: ['text', 'textarea', 'html', 'phonenumber', 'file'],
  number: ['number'],
  date: ['date'],
  datetime: ['date'],
  bool: ['booleancheckbox'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox'],
  phone_number: ['phonenumber'],
} as const;

/** The group of properties that name none. */
export const DEFAULT_GROUP = 'spoke';

/** HubSpot's limit of properties with unique values for one object type. */
export const MAX_UNIQUE = 10;

/** The keys of `portal`, with their meaning: checked by `defineConfig`, listed in the reference. */
export const PORTAL_KEYS = {
  groups: 'Groups of properties, by object type. The name alone is enough.',
  properties: 'Properties, by object type. The name alone makes a single-line text.',
  pipelines: 'Pipelines of `deals` and `tickets`, by object type. They are known by their label.',
  lists:
    'Lists, by object type. The name alone makes a list whose members are set by hand or through the API.',
} as const;

/** The keys of a group. */
export const GROUP_KEYS = {
  name: 'Lower-case letters, digits and `_`, a letter first.',
  label: 'Default: made from the name.',
} as const;

/** The keys of a property. */
export const PROPERTY_KEYS = {
  name: 'Lower-case letters, digits and `_`, a letter first; not `hs_…`, which is HubSpot’s. It cannot be changed later.',
  label: 'Default: made from the name.',
  type: '`string`, `number`, `date`, `datetime`, `bool`, `enumeration`, `phone_number`. Default `enumeration` with options, else `string`.',
  fieldType:
    'How HubSpot shows it: `text`, `textarea`, `html`, `phonenumber`, `file` for a string; `select`, `radio`, `checkbox` (several choices), `booleancheckbox` for an enumeration. Default by type.',
  group: 'A group of `groups`, or one that the portal has. Default `spoke`, which is made when it is needed.',
  description: 'Shown to people in HubSpot.',
  options: 'Of an enumeration, what can be chosen. The value alone is enough.',
  unique:
    'No two records have the same value, so that records can be found by it (`contactBy`). Of a `string` or `number`; at most 10 for an object type; it can only be set at creation.',
} as const;

/** The keys of an option. */
export const OPTION_KEYS = {
  value: 'What is stored and sent.',
  label: 'What people see. Default: made from the value.',
  order:
    'Place among the options of a new property, from 0. Default: as they are listed. Options that are added later come last.',
  hidden: 'Not offered to people. Default false.',
} as const;

/** The keys of a pipeline. */
export const PIPELINE_KEYS = {
  label: 'What people see, and by what the pipeline is known; HubSpot makes its id.',
  stages: 'In the order in which records pass them, at least one.',
} as const;

/** The keys of a stage. */
export const STAGE_KEYS = {
  label: 'What people see, and by what the stage is known within its pipeline.',
  probability: 'Of deals: from 0 (lost) to 1 (won); both ends are closed.',
  ticketState: 'Of tickets: `OPEN` (the default) or `CLOSED`.',
} as const;

/** The keys of a list. */
export const LIST_KEYS = {
  name: 'Unique for its object type.',
  filterBranch:
    'HubSpot’s tree of filters: makes a dynamic list, whose members HubSpot finds. It is sent when the list is created and not compared later.',
} as const;

export type PropertyType = keyof typeof FIELD_TYPES;

export interface GroupDefinition {
  readonly name: string;
  readonly label?: string;
}

export interface PropertyDraft {
  readonly name: string;
  readonly label?: string;
  readonly type?: PropertyType;
  readonly fieldType?: (typeof FIELD_TYPES)[PropertyType][number];
  readonly group?: string;
  readonly description?: string;
  readonly options?: readonly (string | OptionDefinition)[];
  readonly unique?: boolean;
}

export interface OptionDefinition {
  readonly value: string;
  readonly label?: string;
  readonly order?: number;
  readonly hidden?: boolean;
}

export interface PipelineDefinition {
  readonly label: string;
  readonly stages: readonly StageDefinition[];
}

export interface StageDefinition {
  readonly label: string;
  readonly probability?: number;
  readonly ticketState?: 'OPEN' | 'CLOSED';
}

export interface ListDefinition {
  readonly name: string;
  readonly filterBranch?: object;
}

type ByObjectType<Entry> = Readonly<Record<string, readonly Entry[]>>;

/** What the portal has to have: the `portal` of a config. */
export interface PortalDefinition {
  readonly groups?: ByObjectType<string | GroupDefinition>;
  readonly properties?: ByObjectType<string | PropertyDraft>;
  readonly pipelines?: Readonly<Partial<Record<'deals' | 'tickets', readonly PipelineDefinition[]>>>;
  readonly lists?: ByObjectType<string | ListDefinition>;
}
