import type { PipelineBook, Stage } from './pipelines.ts';
import { liveStages } from './pipelines.ts';
import type { PropertyFault } from './validation.ts';
import type { PlannedWrite, WriteContext } from './writes.ts';

/**
 * Checks that a record stands at a stage of its pipeline, and sets what follows from the stage: closed or not, and a deal's
 * probability. A new record without a pipeline gets the default one.
 */
export function checkPipeline(
  write: PlannedWrite,
  { portal, data }: WriteContext,
): PropertyFault | undefined {
  const { pipelines, type } = data;
  if (!pipelines || !type.pipeline) return undefined;
  const { property, stage: stageProperty } = type.pipeline;
  if (!write.target && !given(write, property)) {
    const only = portal.behaviour.missingPipeline === 'default' || pipelines.list().length === 1;
    const first = only ? pipelines.default() : undefined;
    if (first) write.values.push([property, first.id]);
  }
  if (given(write, property) === undefined && given(write, stageProperty) === undefined) return undefined;
  const pipelineId = after(write, property);
  const stageId = after(write, stageProperty);
  // What is missing on create has an error of its own.
  if (stageId === '' || pipelineId === '') return undefined;
  const found = findStage(pipelines, pipelineId, stageId);
  if (!found.stage) return { name: stageProperty, code: 'INVALID_OPTION', message: found.message };
  for (const entry of calculated(found.stage, type.name)) write.values.push(entry);
  return undefined;
}

function findStage(
  pipelines: PipelineBook,
  pipelineId: string,
  stageId: string,
): { stage: Stage } | { stage: undefined; message: string } {
  const pipeline = pipelines.live(pipelineId);
  const stages = pipeline ? liveStages(pipeline) : [];
  const stage = stages.find(({ id }) => id === stageId);
  if (stage) return { stage };
  const allowed = stages.map(({ id }) => id).join(', ');
  const message = `${stageId} was not one of the allowed options: [${allowed}] of pipeline ${pipelineId}`;
  return { stage: undefined, message };
}

function calculated({ metadata }: Stage, typeName: string): [name: string, value: string][] {
  const isClosed = metadata.isClosed === 'true';
  if (typeName !== 'deals') return [['hs_is_closed', String(isClosed)]];
  const probability = Number(metadata.probability ?? '0');
  return [
    ['hs_deal_stage_probability', String(probability)],
    ['hs_is_closed', String(isClosed)],
    ['hs_is_closed_won', String(isClosed && probability === 1)],
    ['hs_is_closed_lost', String(isClosed && probability === 0)],
  ];
}

function given(write: PlannedWrite, name: string): string | undefined {
  return write.values.find(([candidate]) => candidate === name)?.[1];
}

/** The value once the write is applied. */
function after(write: PlannedWrite, name: string): string {
  return given(write, name) ?? write.target?.properties.get(name) ?? '';
}
