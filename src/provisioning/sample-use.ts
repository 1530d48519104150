import type { SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import type { PropertyDefinition } from '../hubspot/properties.ts';
import { eventsOf } from '../mapping/forms/form-event.ts';
import { createMapper } from '../mapping/mapper.ts';
import { checkProperties } from '../mapping/property-check.ts';
import type { ActualPortal } from './actual-portal.ts';
import type { DesiredPortal } from './desired-portal.ts';
import { type Finding, type FindingKind, finding } from './portal-plan.ts';

/** What the sample of an event sends to one record. */
export interface SampleUse {
  readonly event: string;
  readonly objectType: string;
  /** By which the record is found. */
  readonly idProperty: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** By what records are found although no definition calls it unique. Companies can share a domain; the first one is taken. */
const ALSO_FOUND_BY: Readonly<Record<string, string>> = { contacts: 'email', companies: 'domain' };
const ID = 'hs_object_id';
/** What says where a record stands; delivery takes labels here as well as ids. */
const STAGED: Readonly<Record<string, { readonly pipeline: string; readonly stage: string }>> = {
  deals: { pipeline: 'pipeline', stage: 'dealstage' },
  tickets: { pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' },
};

/** Maps the sample of every event that has one. Samples that are refused are problems of the config, found when it is loaded. */
export function sampleUse(config: SpokeConfig, ownerId?: string): readonly SampleUse[] {
  const mapper = createMapper(config, { ownerId });
  return Object.entries(eventsOf(config)).flatMap(([event, { sample }]) => {
    if (sample === undefined) return [];
    const plan = mapper.plan({ id: 'sample', type: event, payload: sample, occurredAt: new Date(0) });
    if (!plan.ok) return [];
    return plan.effects.flatMap((effect) => [
      {
        event,
        objectType: effect.record.objectType,
        idProperty: effect.record.idProperty,
        properties: 'properties' in effect ? effect.properties : {},
      },
      ...('to' in effect
        ? [{ event, objectType: effect.to.objectType, idProperty: effect.to.idProperty, properties: {} }]
        : []),
    ]);
  });
}

/** The object types of which a sample names a pipeline or a stage. */
export function stagedTypes(uses: readonly SampleUse[]): ReadonlySet<string> {
  return new Set(
    uses
      .filter(({ objectType, properties }) =>
        Object.values(STAGED[objectType] ?? {}).some((name) => (properties[name] ?? '') !== ''),
      )
      .map(({ objectType }) => objectType),
  );
}

/** What HubSpot would refuse of the samples once the plan is applied. */
export function findSampleProblems(
  uses: readonly SampleUse[],
  desired: DesiredPortal,
  actual: ActualPortal,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  const report = (kind: FindingKind, { event, objectType }: SampleUse, name: string, message: string) => {
    const key = [kind, objectType, name, message].join('\n');
    const events = found.get(key)?.events ?? [];
    if (events.includes(event)) return;
    found.set(key, finding(kind, { objectType, name, message, events: [...events, event] }));
  };
  for (const use of uses) {
    const { objectType, idProperty } = use;
    const definitions = definitionsOf(objectType, desired, actual);
    if (definitions === undefined) {
      report('object-type-missing', use, objectType, `The portal has no object type ${objectType}.`);
      continue;
    }
    const unknown = (name: string) => {
      const hint =
        suggestion(name, definitions.keys()) ||
        ` Add it to portal.properties.${objectType}, or correct the name.`;
      return `${name} is neither in the portal nor in the config.${hint}`;
    };
    for (const { property, reason, message } of checkProperties(
      withoutLabels(use, desired, actual),
      definitions,
    ))
      report('sample-refused', use, property, reason === 'unknown' ? unknown(property) : message);
    const id = definitions.get(idProperty);
    if (idProperty === ID || ALSO_FOUND_BY[objectType] === idProperty) continue;
    if (id === undefined) report('sample-refused', use, idProperty, unknown(idProperty));
    else if (!id.hasUniqueValue)
      report(
        'id-not-unique',
        use,
        idProperty,
        `Records are found by ${idProperty}, whose values are not unique in the portal.`,
      );
  }
  return [...found.values()];
}

/** The properties that are sent as they are: not the labels of pipelines and stages, in whose place delivery puts ids. */
function withoutLabels(
  { objectType, properties }: SampleUse,
  desired: DesiredPortal,
  actual: ActualPortal,
): Readonly<Record<string, string>> {
  const names = STAGED[objectType];
  if (names === undefined) return properties;
  const pipelines = [
    ...(desired.get(objectType)?.pipelines ?? []),
    ...(actual.types.get(objectType)?.pipelines ?? []),
  ];
  const sameAs = (label: string, value: string | undefined) =>
    label.toLowerCase() === value?.trim().toLowerCase();
  const pipeline = properties[names.pipeline];
  const own = pipelines.filter(({ label }) => sameAs(label, pipeline));
  const among = (pipeline ?? '') === '' ? pipelines : own;
  const isStage = among.some(({ stages }) =>
    stages.some(({ label }) => sameAs(label, properties[names.stage])),
  );
  const left = [...(own.length > 0 ? [names.pipeline] : []), ...(isStage ? [names.stage] : [])];
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !left.includes(name)));
}

/** The properties as they will be, also those that cannot be created, which have findings of their own. */
function definitionsOf(
  objectType: string,
  desired: DesiredPortal,
  actual: ActualPortal,
): ReadonlyMap<string, PropertyDefinition> | undefined {
  const type = actual.types.get(objectType);
  if (type === undefined) return undefined;
  const definitions = new Map(type.properties);
  for (const { wanted } of desired.get(objectType)?.properties ?? []) {
    const there = definitions.get(wanted.name);
    const options = wanted.options ?? [];
    definitions.set(
      wanted.name,
      there === undefined
        ? {
            ...wanted,
            options,
            hasUniqueValue: wanted.hasUniqueValue === true,
            calculated: false,
            readOnlyValue: false,
            readOnlyOptions: false,
            archived: false,
          }
        : { ...there, options: [...there.options, ...options] },
    );
  }
  return definitions;
}
