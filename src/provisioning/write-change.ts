import { SpokeError } from '../errors.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { parseList } from '../hubspot/lists.ts';
import { type Parsed, parsedAs } from '../hubspot/parsed.ts';
import { type PropertyOption, parseProperty } from '../hubspot/properties.ts';
import type { ReadOptions } from '../hubspot/read-answer.ts';
import { type PortalApi, pathType, readLists } from './actual-portal.ts';
import type { Change } from './portal-plan.ts';
import { misfitOf } from './property-fit.ts';

/** How one change is made and looked for. Names and labels are keys, so that making it again makes nothing twice. */
export interface ChangeWrite {
  send(): Promise<Exchange>;
  /** Why what an accepted answer shows is not what is wanted; undefined when it is. */
  flawOf(body: unknown): string | undefined;
  /** Whether the portal has it: `there`, `absent`, or why what is there is something else. Raises the errors of expectBody. */
  look(): Promise<'there' | 'absent' | { readonly flaw: string }>;
}

const anyAnswer = () => undefined;

export function writeOf(change: Change, api: PortalApi, read: ReadOptions): ChangeWrite {
  const { properties, pipelines, lists } = api;
  const path = pathType(change);
  const call = read.signal === undefined ? {} : { signal: read.signal };
  const present = (found: boolean) => (found ? 'there' : 'absent');
  switch (change.kind) {
    case 'group.create': {
      const { group } = change;
      return {
        send: () => properties.createGroup(path, group, call),
        flawOf: anyAnswer,
        look: async () =>
          present((await properties.expectGroups(path, read)).some(({ name }) => name === group.name)),
      };
    }
    case 'property.create': {
      const { property } = change;
      return {
        send: () => properties.create(path, property, call),
        flawOf: (body) => propertyFlaw(change, parseProperty(body)),
        async look() {
          const found = (await properties.expectList(path, read)).find(({ name }) => name === property.name);
          if (found === undefined) return 'absent';
          const flaw = propertyFlaw(change, parsedAs(found));
          return flaw === undefined ? 'there' : { flaw };
        },
      };
    }
    case 'options.add': {
      const { property: name, options } = change;
      const optionsNow = async () => {
        const found = (await properties.expectList(path, read)).find((property) => property.name === name);
        if (found === undefined)
          throw new SpokeError('HUBSPOT_NOT_FOUND', `${name} is gone from the portal: plan anew.`);
        return found.options;
      };
      return {
        // HubSpot replaces the whole list: what others have added since the plan has to be sent along.
        send: async () =>
          properties.patch(path, name, { options: merged(await optionsNow(), options) }, call),
        flawOf: anyAnswer,
        async look() {
          const values = new Set((await optionsNow()).map(({ value }) => value));
          return present(options.every(({ value }) => values.has(value)));
        },
      };
    }
    case 'pipeline.create': {
      const { pipeline } = change;
      return {
        send: () => pipelines.create(path, pipeline, call),
        flawOf: anyAnswer,
        look: async () =>
          present((await pipelines.expectList(path, read)).some(({ label }) => label === pipeline.label)),
      };
    }
    case 'stage.create': {
      const { pipelineId, stage } = change;
      return {
        send: () => pipelines.createStage(path, pipelineId, stage, call),
        flawOf: anyAnswer,
        async look() {
          const pipeline = (await pipelines.expectList(path, read)).find(({ id }) => id === pipelineId);
          return present(pipeline?.stages.some(({ label }) => label === stage.label) ?? false);
        },
      };
    }
    case 'list.create': {
      const { list } = change;
      return {
        send: () => lists.create(list, call),
        flawOf: (body) => (parseList(body).ok ? undefined : 'HubSpot made a list without an id'),
        look: async () =>
          present((await readLists(api, change.typeId, read)).some(({ name }) => name === list.name)),
      };
    }
  }
}

/** The name of an archived property brings that one back, with whatever type it had. */
export function propertyFlaw(
  { property }: Change & { readonly kind: 'property.create' },
  found: Parsed<Parameters<typeof misfitOf>[1]>,
): string | undefined {
  if (!found.ok) return `HubSpot’s answer does not show the property: ${found.problem}`;
  const misfit = misfitOf(property, found.value, false);
  return misfit === undefined ? undefined : `the portal’s ${property.name} ${misfit.message}`;
}

/** New ones come behind those that are there, in whatever order people have put them. */
function merged(
  there: readonly PropertyOption[],
  added: readonly PropertyOption[],
): readonly PropertyOption[] {
  const values = new Set(there.map(({ value }) => value));
  const last = Math.max(-1, ...there.map(({ displayOrder = -1 }) => displayOrder));
  return [
    ...there,
    ...added
      .filter(({ value }) => !values.has(value))
      .map((option, place) => ({ ...option, displayOrder: last + 1 + place })),
  ];
}
