import { suggestion } from '../config/nearest-name.ts';
import { MAX_UNIQUE, type PropertyDraft } from '../config/portal-definition.ts';
import type { NewProperty, PropertyDefinition } from '../hubspot/properties.ts';
import { type Desired, defaultGroup } from './desired-portal.ts';
import { type Change, changeOf, type Finding, finding, type PortalPlan } from './portal-plan.ts';
import { misfitOf } from './property-fit.ts';
import type { TypeScene } from './type-scene.ts';

type Property = Desired<NewProperty, PropertyDraft>;

/** Groups and properties that are missing, options to be added, and what cannot be mended. */
export function planProperties(scene: TypeScene): PortalPlan {
  const { desired, actual } = scene;
  const missing = desired.properties.filter(({ wanted }) => !actual.properties.has(wanted.name));
  const there = desired.properties.flatMap((property) => {
    const found = actual.properties.get(property.wanted.name);
    return found === undefined ? [] : [{ ...property, found }];
  });
  const creations = planCreations(scene, missing);
  return {
    changes: [
      ...planGroups(scene, creations.properties),
      ...creations.properties.map((property) => changeOf(scene, { kind: 'property.create', property })),
      ...there.flatMap((property) => addedOptions(scene, property)),
    ],
    findings: [
      ...groupLabels(scene),
      ...creations.findings,
      ...there.flatMap((property) => (property.asItIs ? [] : differences(scene, property))),
    ],
  };
}

/** Of what is missing: what can be created, and why the rest cannot. */
function planCreations(
  scene: TypeScene,
  missing: readonly Property[],
): { readonly properties: readonly NewProperty[]; readonly findings: readonly Finding[] } {
  const { objectType, actual } = scene;
  const properties: NewProperty[] = [];
  const findings: Finding[] = [];
  let unique = [...actual.properties.values()].filter(isCustomUnique).length;
  for (const { wanted } of missing) {
    const { name } = wanted;
    const report = (kind: Parameters<typeof finding>[0], message: string) =>
      findings.push(finding(kind, { objectType, name, message }));
    const groups = knownGroups(scene);
    if (actual.archived.has(name)) {
      report('archived', `${name} is archived in the portal: restore it there, or use another name.`);
    } else if (!groups.includes(wanted.groupName)) {
      const hint = suggestion(wanted.groupName, groups) || ` Add it to portal.groups.${objectType}.`;
      report(
        'group-missing',
        `${name} is to be in the group ${wanted.groupName}, which there is not.${hint}`,
      );
    } else if (wanted.hasUniqueValue && unique >= MAX_UNIQUE) {
      report(
        'unique-limit',
        `${name} would be the ${unique + 1}th property with unique values, and HubSpot allows ${MAX_UNIQUE}.`,
      );
    } else if (properties.length >= scene.room) {
      report('property-limit', `${name} would be one more custom property than the portal may have.`);
    } else {
      properties.push(wanted);
      if (wanted.hasUniqueValue) unique += 1;
    }
  }
  return { properties, findings };
}

function planGroups(scene: TypeScene, created: readonly NewProperty[]): readonly Change[] {
  const { desired, actual } = scene;
  const fallback = defaultGroup();
  const needsFallback =
    created.some(({ groupName }) => groupName === fallback.name) &&
    !desired.groups.some(({ wanted }) => wanted.name === fallback.name);
  return [...desired.groups.map(({ wanted }) => wanted), ...(needsFallback ? [fallback] : [])]
    .filter(({ name }) => !actual.groups.some((group) => group.name === name))
    .map((group) => changeOf(scene, { kind: 'group.create', group }));
}

function knownGroups({ desired, actual }: TypeScene): string[] {
  return [
    ...desired.groups.map(({ wanted }) => wanted.name),
    ...actual.groups.map(({ name }) => name),
    defaultGroup().name,
  ];
}

function addedOptions(
  scene: TypeScene,
  { wanted, found }: Property & { readonly found: PropertyDefinition },
): readonly Change[] {
  const options = missingOptions(wanted, found);
  if (options.length === 0 || found.readOnlyOptions) return [];
  return [changeOf(scene, { kind: 'options.add', property: wanted.name, options })];
}

/** Of two properties of the same type; of others there is nothing to compare. */
function missingOptions(wanted: NewProperty, found: PropertyDefinition): NonNullable<NewProperty['options']> {
  if (wanted.type !== 'enumeration' || found.type !== wanted.type) return [];
  const values = new Set(found.options.map(({ value }) => value));
  return (wanted.options ?? []).filter(({ value }) => !values.has(value));
}

function differences(
  { objectType }: TypeScene,
  { wanted, given, found }: Property & { readonly found: PropertyDefinition },
): readonly Finding[] {
  const { name } = wanted;
  const of = { objectType, name };
  const misfit = misfitOf(wanted, found, given.fieldType !== undefined);
  if (misfit !== undefined) return [finding(misfit.kind, { ...of, message: `${name} ${misfit.message}.` })];
  const findings: Finding[] = [];
  const missing = missingOptions(wanted, found);
  if (missing.length > 0 && found.readOnlyOptions) {
    const values = listed(missing.map(({ value }) => value));
    findings.push(
      finding('options-fixed', { ...of, message: `${name} lacks ${values}, and its options are HubSpot’s.` }),
    );
  }
  if (given.label !== undefined && given.label !== found.label)
    findings.push(finding('label-differs', { ...of, message: labels(name, found.label, given.label) }));
  if (given.group !== undefined && found.groupName !== undefined && given.group !== found.groupName) {
    const message = `${name} stands in the group ${found.groupName}, and the config says ${given.group}.`;
    findings.push(finding('group-differs', { ...of, message }));
  }
  if (wanted.type === 'enumeration') findings.push(...optionNotices(of, { wanted, given, found }));
  return findings;
}

function optionNotices(
  of: { readonly objectType: string; readonly name: string },
  { wanted, given, found }: Property & { readonly found: PropertyDefinition },
): readonly Finding[] {
  const wantedValues = new Set(wanted.options?.map(({ value }) => value));
  const extra = found.options.filter(({ value }) => !wantedValues.has(value)).map(({ value }) => value);
  const relabelled = (given.options ?? []).flatMap((option) => {
    if (typeof option === 'string' || option.label === undefined) return [];
    const there = found.options.find(({ value }) => value === option.value);
    return there === undefined || there.label === option.label
      ? []
      : [labels(`${of.name} option ${option.value}`, there.label, option.label)];
  });
  return [
    ...(extra.length > 0
      ? [finding('only-in-portal', { ...of, message: `${of.name} also has ${listed(extra)}.` })]
      : []),
    ...relabelled.map((message) => finding('label-differs', { ...of, message })),
  ];
}

function groupLabels({ objectType, desired, actual }: TypeScene): readonly Finding[] {
  return desired.groups.flatMap(({ wanted, given }) => {
    const found = actual.groups.find(({ name }) => name === wanted.name);
    if (found === undefined || given.label === undefined || given.label === found.label) return [];
    const message = labels(`the group ${wanted.name}`, found.label, given.label);
    return [finding('label-differs', { objectType, name: wanted.name, message })];
  });
}

/** HubSpot's own properties with unique values, such as the id and the address, do not count. */
function isCustomUnique({ name, hasUniqueValue }: PropertyDefinition): boolean {
  return hasUniqueValue && name !== 'email' && !name.startsWith('hs_');
}

function labels(what: string, portal: string, config: string): string {
  return `${what} is labelled ${JSON.stringify(portal)}, and the config says ${JSON.stringify(config)}.`;
}

function listed(values: readonly string[]): string {
  return values.join(', ');
}
