import { badRequest, notFound } from '../api-error.ts';
import { type Call, invalidJson, isObject, numberOf, param, textOf } from '../call.ts';
import type { ObjectData } from '../object-data.ts';
import { dealMetadata, ticketMetadata } from '../pipeline-defaults.ts';
import { isArchived, liveStages, type Pipeline, type PipelineBook, type Stage } from '../pipelines.ts';

const ID = /^[a-z0-9_-]+$/;

export interface PipelineScene {
  data: ObjectData;
  book: PipelineBook;
}

export interface StageFields {
  stageId: string | undefined;
  label: string;
  displayOrder: number;
  metadata: Record<string, string>;
}

/** Pipelines of the type that a path names. Throws 400 for types without. */
export function sceneOf(call: Call): PipelineScene {
  const data = call.portal.objects(param(call, 'objectType'));
  if (!data.pipelines) throw badRequest(`Object type ${data.type.typeId} does not have pipelines`);
  return { data, book: data.pipelines };
}

/** The live pipeline that a path names. Throws 404. */
export function pipelineOf(call: Call, { book }: PipelineScene): Pipeline {
  const id = param(call, 'pipelineId');
  const pipeline = book.live(id);
  if (!pipeline) throw notFound(`Pipeline ${id} does not exist`);
  return pipeline;
}

/** The live stage that a path names. Throws 404. */
export function stageOf(call: Call, pipeline: Pipeline): Stage {
  const id = param(call, 'stageId');
  const stage = liveStages(pipeline).find((candidate) => candidate.id === id);
  if (!stage) throw notFound(`Stage ${id} does not exist in pipeline ${pipeline.id}`);
  return stage;
}

/** Throws 400 for anything but a text that is not blank. */
export function labelIn(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw badRequest('label must be a text that is not blank');
  return value;
}

export function orderIn(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw badRequest('displayOrder must be a whole number');
  return value;
}

/** An id that the caller chose; undefined when there is none. Throws 400 for one that cannot be. */
export function idIn(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || !ID.test(value))
    throw badRequest(`${field} may hold lower-case letters, digits, hyphens and underscores only`);
  return value;
}

/** The stages of a body. Throws 400 for none, and for two of the same label. */
export function stagesIn(value: unknown, scene: PipelineScene): StageFields[] {
  if (!Array.isArray(value)) throw invalidJson('some of required attributes are not set [stages]');
  if (value.length === 0) throw badRequest('A pipeline needs at least one stage');
  const stages = value.map((stage: unknown) => stageIn(stage, scene));
  const twice = stages.find(({ label }, place) => stages.findIndex((other) => other.label === label) < place);
  if (twice) throw badRequest(`A stage with the label "${twice.label}" already exists in this pipeline`);
  return stages;
}

export function stageIn(value: unknown, scene: PipelineScene): StageFields {
  if (!isObject(value)) throw invalidJson('Cannot deserialize value: each stage must be an object');
  return {
    stageId: idIn(value.stageId, 'stageId'),
    label: labelIn(value.label),
    displayOrder: orderIn(value.displayOrder),
    metadata: metadataIn(value.metadata, scene),
  };
}

/** Throws 400 for a deal's stage without a probability between 0 and 1, and for an unknown state of a ticket's. */
export function metadataIn(value: unknown, { data }: PipelineScene): Record<string, string> {
  const given = isObject(value) ? value : {};
  if (data.type.name !== 'deals') {
    const state = given.ticketState ?? 'OPEN';
    if (state !== 'OPEN' && state !== 'CLOSED')
      throw badRequest(`metadata.ticketState must be OPEN or CLOSED, was ${textOf(state)}`);
    return ticketMetadata(state);
  }
  const { probability } = given;
  const number = probability === undefined || probability === '' ? Number.NaN : numberOf(probability);
  if (!(number >= 0 && number <= 1))
    throw badRequest(
      'metadata.probability must be a number between 0.0 and 1.0, sent as text; stages of deals need it',
    );
  return dealMetadata(textOf(probability));
}

/** Labels are unique among live pipelines of a type. */
export function refuseSameLabel(book: PipelineBook, label: string, except?: Pipeline): void {
  if (book.list().some((other) => other !== except && other.label === label))
    throw badRequest(`A pipeline with the label "${label}" already exists`);
}

/** Labels are unique among live stages of a pipeline. */
export function refuseSameStage(pipeline: Pipeline, label: string, except?: Stage): void {
  if (liveStages(pipeline).some((other) => other !== except && other.label === label))
    throw badRequest(`A stage with the label "${label}" already exists in this pipeline`);
}

export function viewPipeline(call: Call, pipeline: Pipeline) {
  const stages = isArchived(pipeline) ? pipeline.stages : liveStages(pipeline);
  return {
    label: pipeline.label,
    displayOrder: pipeline.displayOrder,
    id: pipeline.id,
    stages: stages.map((stage) => viewStage(call, stage)),
    ...viewDates(call, pipeline),
  };
}

export function viewStage(call: Call, stage: Stage) {
  return {
    label: stage.label,
    displayOrder: stage.displayOrder,
    metadata: stage.metadata,
    id: stage.id,
    ...viewDates(call, stage),
    writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
  };
}

function viewDates(call: Call, { createdAt, updatedAt, archivedAt }: Pipeline | Stage) {
  const dates = {
    createdAt: call.portal.iso(createdAt),
    updatedAt: call.portal.iso(updatedAt),
    archived: archivedAt !== null,
  };
  return archivedAt === null ? dates : { ...dates, archivedAt: call.portal.iso(archivedAt) };
}
