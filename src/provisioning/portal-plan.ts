import type { NewList } from '../hubspot/lists.ts';
import type { NewPipeline, NewStage } from '../hubspot/pipelines.ts';
import type { NewProperty, NewPropertyGroup, PropertyOption } from '../hubspot/properties.ts';

/** What has to be done at the portal, in the order in which it can be, and what nobody but a person can mend. */
export interface PortalPlan {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** Something to be created. Nothing is ever deleted, renamed or given another type. */
export type Change = Of & Creation;

interface Of {
  /** As the config names it. */
  readonly objectType: string;
  /** `0-1`, `2-…`. */
  readonly typeId: string;
}

type Creation =
  | { readonly kind: 'group.create'; readonly group: NewPropertyGroup }
  | { readonly kind: 'property.create'; readonly property: NewProperty }
  | { readonly kind: 'options.add'; readonly property: string; readonly options: readonly PropertyOption[] }
  | { readonly kind: 'pipeline.create'; readonly pipeline: NewPipeline }
  | {
      readonly kind: 'stage.create';
      readonly pipeline: string;
      readonly pipelineId: string;
      readonly stage: NewStage;
    }
  | { readonly kind: 'list.create'; readonly list: NewList };

/** Later ones need earlier ones. */
const ORDER: readonly Change['kind'][] = [
  'group.create',
  'property.create',
  'options.add',
  'pipeline.create',
  'stage.create',
  'list.create',
];

/** What the plan may find, with its weight and meaning; listed in the reference. A notice is no reason to fail. */
export const FINDINGS = {
  'object-type-missing': {
    level: 'problem',
    meaning:
      'The portal has no object type of this name. Create the custom object in HubSpot, or correct the name.',
  },
  'group-missing': {
    level: 'problem',
    meaning: 'A property is to be in a group that neither the portal has nor the config names.',
  },
  archived: {
    level: 'problem',
    meaning:
      'An archived property has this name. Creating it would bring the old one back, as it was: restore it in HubSpot, or use another name.',
  },
  'type-differs': {
    level: 'problem',
    meaning: 'The property has another type or field type. Change the config, or use another name.',
  },
  'not-unique': {
    level: 'problem',
    meaning:
      'The property is there and takes the same value twice. That can only be set at creation: use another name.',
  },
  'options-fixed': {
    level: 'problem',
    meaning: 'HubSpot does not let the options of this property be changed.',
  },
  'unique-limit': {
    level: 'problem',
    meaning: 'The object type would have more than 10 properties with unique values.',
  },
  'property-limit': {
    level: 'problem',
    meaning: 'The portal would have more custom properties than it may.',
  },
  'stage-differs': {
    level: 'problem',
    meaning: 'The stage has another probability or ticket state.',
  },
  'list-differs': {
    level: 'problem',
    meaning: 'The list is dynamic and the config wants a manual one, or the other way round.',
  },
  'sample-refused': {
    level: 'problem',
    meaning:
      'The sample of an event sends a property that is unknown, read-only or does not take the value: the event would be a dead letter.',
  },
  'id-not-unique': {
    level: 'problem',
    meaning:
      'The sample of an event finds its record by a property whose values are not unique. Declare it with `unique: true`, or use another.',
  },
  'label-differs': {
    level: 'notice',
    meaning: 'Somebody gave it another label in HubSpot, which is kept.',
  },
  'group-differs': { level: 'notice', meaning: 'The property stands in another group, and stays there.' },
  'only-in-portal': {
    level: 'notice',
    meaning: 'Options or stages that the config does not name. They are kept.',
  },
} as const satisfies Record<string, { level: 'problem' | 'notice'; meaning: string }>;

export type FindingKind = keyof typeof FINDINGS;

export interface Finding {
  readonly kind: FindingKind;
  readonly level: 'problem' | 'notice';
  readonly objectType: string;
  /** Of the property, pipeline, list or type. */
  readonly name: string;
  readonly message: string;
  /** Events whose sample shows it. */
  readonly events?: readonly string[];
}

/** A change at an object type. */
export function changeOf({ objectType, typeId }: Of, creation: Creation): Change {
  return { objectType, typeId, ...creation };
}

/** A finding with the weight that its kind has. */
export function finding(kind: FindingKind, facts: Omit<Finding, 'kind' | 'level'>): Finding {
  return { kind, level: FINDINGS[kind].level, ...facts };
}

/** Several plans as one, changes in the order in which they can be made, problems before notices. */
export function joinPlans(plans: readonly PortalPlan[]): PortalPlan {
  const findings = plans.flatMap((plan) => plan.findings);
  return {
    changes: plans
      .flatMap(({ changes }) => changes)
      .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    findings: [
      ...findings.filter(({ level }) => level === 'problem'),
      ...findings.filter(({ level }) => level === 'notice'),
    ],
  };
}
