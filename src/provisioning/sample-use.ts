import type { SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import type { PropertyDefinition } from '../hubspot/properties.ts';
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

/** Maps the sample of every event that has one. Samples that are refused are problems of the config, found when it is loaded. */
export function sampleUse(config: SpokeConfig, ownerId?: string): readonly SampleUse[] {
  const mapper = createMapper(config, { ownerId });
  return Object.entries(config.events).flatMap(([event, { sample }]) => {
    if (sample === undefined) return [];
    const plan = mapper.plan({ id: 'sample', type: event, payload: sample, occurredAt: new Date(0) });
    if (!plan.ok) return [];
    return plan.effects.map((effect) => ({
      event,
      objectType: effect.record.objectType,
      idProperty: effect.record.idProperty,
      properties: 'properties' in effect ? effect.properties : {},
    }));
  });
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
    for (const { property, reason, message } of checkProperties(use.properties, definitions))
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
