import {
  DEFAULT_GROUP,
  FIELD_TYPES,
  type GroupDefinition,
  type ListDefinition,
  type OptionDefinition,
  type PipelineDefinition,
  type PortalDefinition,
  type PropertyDraft,
  type StageDefinition,
} from '../config/portal-definition.ts';
import { DEFAULT_SEGMENT_TYPE, type SegmentDefinition } from '../config/segments.ts';
import type { NewPipeline } from '../hubspot/pipelines.ts';
import type { NewProperty, NewPropertyGroup, PropertyOption } from '../hubspot/properties.ts';

/** What a config wants of one object type, with every default filled in. */
export interface DesiredType {
  readonly groups: readonly Desired<NewPropertyGroup, GroupDefinition>[];
  readonly properties: readonly Desired<NewProperty, PropertyDraft>[];
  readonly pipelines: readonly NewPipeline[];
  readonly lists: readonly ListDefinition[];
}

/** `given` is the entry of the config: what it leaves out is not compared with the portal. */
export interface Desired<Wanted, Given> {
  readonly wanted: Wanted;
  readonly given: Given;
  /** Wanted by a form: made where it is missing, and otherwise taken as it is; what it refuses shows with the form's sample. */
  readonly asItIs?: true;
}

/** What a config wants, by object type as the config names it. */
export type DesiredPortal = ReadonlyMap<string, DesiredType>;

/** HubSpot's own order: behind what is there. */
const LAST = -1;
const BOOL_OPTIONS: readonly PropertyOption[] = [
  { value: 'true', label: 'Yes', displayOrder: 0 },
  { value: 'false', label: 'No', displayOrder: 1 },
];

/** Fills in what the `portal` of a config leaves out, and adds the lists that its segments go to and the properties of its forms. */
export function desiredPortal(
  portal: PortalDefinition = {},
  segments: Readonly<Record<string, SegmentDefinition>> = {},
  forms: Readonly<Record<string, readonly PropertyDraft[]>> = {},
): DesiredPortal {
  const { groups = {}, properties = {}, pipelines = {} } = portal;
  const lists = withPushed(portal.lists ?? {}, segments);
  const ofForms = Object.fromEntries(Object.entries(forms).filter(([, drafts]) => drafts.length > 0));
  const names = new Set([groups, properties, pipelines, lists, ofForms].flatMap((part) => Object.keys(part)));
  return new Map(
    [...names].map((objectType) => [
      objectType,
      {
        groups: (groups[objectType] ?? []).map(groupOf),
        properties: withForms((properties[objectType] ?? []).map(propertyOf), ofForms[objectType] ?? []),
        pipelines: Object.entries(pipelines)
          .filter(([type]) => type === objectType)
          .flatMap(([, entries]) => entries.map((entry, place) => pipelineOf(objectType, entry, place))),
        lists: (lists[objectType] ?? []).map((entry) =>
          typeof entry === 'string' ? { name: entry } : entry,
        ),
      },
    ]),
  );
}

/** What `portal` says of a property goes before what a form needs of it. */
function withForms(
  declared: DesiredType['properties'],
  drafts: readonly PropertyDraft[],
): DesiredType['properties'] {
  const known = declared.map(({ wanted }) => wanted.name);
  const further = drafts.filter(({ name }) => !known.includes(name));
  return [...declared, ...further.map((draft) => ({ ...propertyOf(draft), asItIs: true as const }))];
}

function withPushed(
  lists: NonNullable<PortalDefinition['lists']>,
  segments: Readonly<Record<string, SegmentDefinition>>,
): NonNullable<PortalDefinition['lists']> {
  const all: Record<string, readonly (string | ListDefinition)[]> = { ...lists };
  for (const { pushToList, objectType = DEFAULT_SEGMENT_TYPE } of Object.values(segments)) {
    const list = pushToList?.trim();
    // A number is the id of a list that is there.
    if (list === undefined || /^\d+$/.test(list)) continue;
    const known = all[objectType] ?? [];
    if (!known.some((entry) => (typeof entry === 'string' ? entry : entry.name) === list))
      all[objectType] = [...known, list];
  }
  return all;
}

/** The group of properties that name none, which is made when one of them is. */
export function defaultGroup(): NewPropertyGroup {
  return groupOf(DEFAULT_GROUP).wanted;
}

function groupOf(entry: string | GroupDefinition): Desired<NewPropertyGroup, GroupDefinition> {
  const given = typeof entry === 'string' ? { name: entry } : entry;
  const { name, label = labelOf(name) } = given;
  return { given, wanted: { name, label, displayOrder: LAST } };
}

function propertyOf(entry: string | PropertyDraft): Desired<NewProperty, PropertyDraft> {
  const given: PropertyDraft = typeof entry === 'string' ? { name: entry } : entry;
  const { name, options } = given;
  const type = given.type ?? (options === undefined ? 'string' : 'enumeration');
  const choices = type === 'bool' ? BOOL_OPTIONS : options?.map(optionOf);
  return {
    given,
    wanted: {
      name,
      label: given.label ?? labelOf(name),
      groupName: given.group ?? DEFAULT_GROUP,
      type,
      fieldType: given.fieldType ?? FIELD_TYPES[type][0],
      ...(given.description === undefined ? {} : { description: given.description }),
      ...(given.unique === true ? { hasUniqueValue: true } : {}),
      ...(choices === undefined ? {} : { options: choices }),
    },
  };
}

function optionOf(entry: string | OptionDefinition, place: number): PropertyOption {
  const given: OptionDefinition = typeof entry === 'string' ? { value: entry } : entry;
  const { value, label = labelOf(value), order = place, hidden = false } = given;
  return { value, label, displayOrder: order, hidden };
}

function pipelineOf(objectType: string, { label, stages }: PipelineDefinition, place: number): NewPipeline {
  return {
    label,
    displayOrder: place,
    stages: stages.map((stage, displayOrder) => ({
      label: stage.label,
      displayOrder,
      metadata: metadataOf(objectType, stage),
    })),
  };
}

function metadataOf(objectType: string, stage: StageDefinition): Record<string, string> {
  return objectType === 'tickets'
    ? { ticketState: stage.ticketState ?? 'OPEN' }
    : { probability: String(stage.probability ?? 0) };
}

/** `wallet_pass` becomes `Wallet pass`. */
function labelOf(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
