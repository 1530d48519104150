import { suggestion } from '../config/nearest-name.ts';
import type { Pipeline } from '../hubspot/pipelines.ts';
import type { Properties } from '../mapping/effects.ts';

/** The properties that say where a record stands, by object type. */
const STAGED: Readonly<Record<string, { readonly pipeline: string; readonly stage: string }>> = {
  deals: { pipeline: 'pipeline', stage: 'dealstage' },
  tickets: { pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' },
};

export type StagedProperties =
  | { readonly ok: true; readonly properties: Properties }
  | { readonly ok: false; readonly message: string };

/** Whether the properties name a pipeline or a stage. */
export function namesStage(objectType: string, properties: Properties): boolean {
  const names = STAGED[objectType];
  return names !== undefined && Boolean(properties[names.pipeline] || properties[names.stage]);
}

/** The properties without pipeline and stage, which may be labels and are no values of their properties then. */
export function withoutStage(objectType: string, properties: Properties): Properties {
  const names: readonly string[] = Object.values(STAGED[objectType] ?? {});
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

/**
 * The same properties with HubSpot's ids in the place of the labels of a pipeline and a stage; HubSpot makes the ids, so a config
 * can hardly know them. An id is taken as it is. A stage without a pipeline is looked for in all of them, the first one first. Pure.
 */
export function withStageIds(
  objectType: string,
  properties: Properties,
  pipelines: readonly Pipeline[],
): StagedProperties {
  const names = STAGED[objectType];
  if (names === undefined) return { ok: true, properties };
  const found = { ...properties };
  const open = pipelines.filter(({ archived }) => !archived).sort((a, b) => a.displayOrder - b.displayOrder);
  const wantedPipeline = properties[names.pipeline];
  let among = open;
  if (wantedPipeline) {
    const pipeline = pick(open, wantedPipeline);
    if (pipeline === undefined) return missing('pipeline', wantedPipeline, open);
    found[names.pipeline] = pipeline.id;
    among = [pipeline];
  }
  const wantedStage = properties[names.stage];
  if (wantedStage) {
    const stages = among.flatMap((pipeline) => pipeline.stages.filter(({ archived }) => !archived));
    const stage = pick(stages, wantedStage);
    if (stage === undefined) return missing('stage', wantedStage, stages);
    found[names.stage] = stage.id;
    // HubSpot refuses a stage of another pipeline than the default one when it is not told the pipeline.
    const [first] = open;
    const home = among.find((pipeline) => pipeline.stages.includes(stage));
    if (!wantedPipeline && home && home !== first) found[names.pipeline] = home.id;
  }
  return { ok: true, properties: found };
}

function pick<T extends { readonly id: string; readonly label: string }>(
  entries: readonly T[],
  wanted: string,
): T | undefined {
  const label = wanted.trim().toLowerCase();
  return (
    entries.find(({ id }) => id === wanted) ?? entries.find((entry) => entry.label.toLowerCase() === label)
  );
}

function missing(
  what: string,
  wanted: string,
  known: readonly { readonly id: string; readonly label: string }[],
): StagedProperties {
  const labels = known.map(({ label }) => label);
  const hint = suggestion(wanted, labels) || ` It has: ${labels.slice(0, 10).join(', ')}.`;
  return { ok: false, message: `The portal has no ${what} ${JSON.stringify(wanted)}.${hint}` };
}
