import { badRequest, conflict, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { liveStages, type Pipeline, type PipelineAudit, type Stage } from '../pipelines.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  idIn,
  labelIn,
  orderIn,
  type PipelineScene,
  pipelineOf,
  refuseSameLabel,
  type StageFields,
  sceneOf,
  stagesIn,
  viewPipeline,
} from './pipeline-input.ts';
import { refuseUsed } from './pipeline-references.ts';
import { readRecords, writeSchema } from './scopes.ts';

/** Pipelines of deals and tickets. */
export const pipelineRoutes: readonly Route[] = [
  { method: 'GET', pattern: ':objectType', handle: list },
  { method: 'POST', pattern: ':objectType', handle: create },
  { method: 'GET', pattern: ':objectType/:pipelineId', handle: get },
  { method: 'PUT', pattern: ':objectType/:pipelineId', handle: replace },
  { method: 'PATCH', pattern: ':objectType/:pipelineId', handle: update },
  { method: 'DELETE', pattern: ':objectType/:pipelineId', handle: remove },
  { method: 'GET', pattern: ':objectType/:pipelineId/audit', handle: audit },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/pipelines',
      versions: ['v3', '2026-03', '2026-09'],
      access: route.method === 'GET' ? 'read' : 'write',
      budget: 'general',
      scopes: route.method === 'GET' ? readRecords : writeSchema,
    }) as Route,
);

function list(call: Call): Reply {
  const { book } = sceneOf(call);
  return ok({ results: book.list().map((pipeline) => viewPipeline(call, pipeline)) });
}

function get(call: Call): Reply {
  return ok(viewPipeline(call, pipelineOf(call, sceneOf(call))));
}

function create(call: Call): Reply {
  const scene = sceneOf(call);
  const { book } = scene;
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const label = labelIn(body.label);
  refuseSameLabel(book, label);
  const stages = stagesIn(body.stages, scene);
  const wanted = idIn(body.pipelineId, 'pipelineId');
  if (wanted !== undefined && book.get(wanted)) throw conflict(`Pipeline ${wanted} already exists`);
  const displayOrder = orderIn(body.displayOrder);
  for (const { stageId } of stages) refuseTakenStage(scene, stageId);
  const pipeline: Pipeline = {
    id: wanted ?? book.nextId(),
    label,
    displayOrder,
    createdAt: call.now,
    updatedAt: call.now,
    archivedAt: null,
    stages: stages.map((fields) => makeStage(call, scene, fields)),
  };
  book.add(pipeline);
  note(call, scene, pipeline, 'CREATE');
  return created(viewPipeline(call, pipeline));
}

/** Everything anew: stages that the body does not name, by id or by label, are deleted. */
function replace(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const label = labelIn(body.label);
  refuseSameLabel(scene.book, label, pipeline);
  const displayOrder = orderIn(body.displayOrder);
  const wanted = stagesIn(body.stages, scene).map((fields) => ({
    fields,
    stage: liveStages(pipeline).find(({ id, label: own }) =>
      fields.stageId === undefined ? own === fields.label : id === fields.stageId,
    ),
  }));
  const dropped = liveStages(pipeline).filter((stage) => !wanted.some((each) => each.stage === stage));
  for (const stage of dropped) refuseUsed(call, scene, { pipelineId: pipeline.id, stageId: stage.id });
  for (const { stage, fields } of wanted) if (!stage) refuseTakenStage(scene, fields.stageId);
  for (const stage of dropped) stage.archivedAt = call.now;
  for (const { stage, fields } of wanted) {
    if (stage) updateStage(call, stage, fields);
    else pipeline.stages.push(makeStage(call, scene, fields));
  }
  Object.assign(pipeline, { label, displayOrder });
  note(call, scene, pipeline, 'UPDATE');
  return ok(viewPipeline(call, pipeline));
}

/** Some fields; `archived: false` brings a deleted pipeline back. */
function update(call: Call): Reply {
  const scene = sceneOf(call);
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const pipeline =
    body.archived === false ? scene.book.get(param(call, 'pipelineId')) : pipelineOf(call, scene);
  if (!pipeline) throw notFound(`Pipeline ${param(call, 'pipelineId')} does not exist`);
  if (body.archived === true)
    throw badRequest('archived may only be false; use DELETE to archive a pipeline');
  const label = body.label === undefined ? pipeline.label : labelIn(body.label);
  refuseSameLabel(scene.book, label, pipeline);
  const displayOrder = body.displayOrder === undefined ? pipeline.displayOrder : orderIn(body.displayOrder);
  Object.assign(pipeline, { label, displayOrder, archivedAt: null });
  note(call, scene, pipeline, 'UPDATE');
  return ok(viewPipeline(call, pipeline));
}

function remove(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  call.effects.inputs = 1;
  refuseUsed(call, scene, { pipelineId: pipeline.id });
  if (scene.book.list().length === 1)
    throw badRequest(`Pipeline ${pipeline.id} cannot be deleted because it is the only one`);
  pipeline.archivedAt = call.now;
  note(call, scene, pipeline, 'DELETE');
  return noContent;
}

function audit(call: Call): Reply {
  const scene = sceneOf(call);
  const id = param(call, 'pipelineId');
  if (!scene.book.get(id)) throw notFound(`Pipeline ${id} does not exist`);
  return ok({ results: scene.book.audits(id).map((entry) => viewAudit(call, entry)) });
}

export function viewAudit(call: Call, { identifier, action, at, userId, rawObject }: PipelineAudit) {
  return {
    portalId: call.portal.account.portalId,
    identifier,
    action,
    timestamp: call.portal.iso(at),
    ...(userId === null ? {} : { fromUserId: userId }),
    rawObject,
  };
}

/** Ids of stages are unique in all pipelines of a type, deleted ones too. */
export function refuseTakenStage({ book }: PipelineScene, stageId: string | undefined): void {
  if (stageId === undefined) return;
  const all = [...book.list(), ...book.list(true)].flatMap(({ stages }) => stages);
  if (all.some(({ id }) => id === stageId)) throw conflict(`Stage ${stageId} already exists`);
}

export function makeStage(call: Call, { book }: PipelineScene, fields: StageFields): Stage {
  const { stageId, label, displayOrder, metadata } = fields;
  const id = stageId ?? book.nextId();
  return {
    id,
    label,
    displayOrder,
    metadata,
    createdAt: call.now,
    updatedAt: call.now,
    archivedAt: null,
  };
}

export function updateStage(call: Call, stage: Stage, fields: Omit<StageFields, 'stageId'>): void {
  const { label, displayOrder, metadata } = fields;
  Object.assign(stage, { label, displayOrder, metadata, updatedAt: call.now });
}

/** Notes a change of a pipeline or stage that was made. */
export function note(
  call: Call,
  { book }: PipelineScene,
  subject: Pipeline | Stage,
  action: PipelineAudit['action'],
): void {
  call.effects.applied += 1;
  subject.updatedAt = call.now;
  book.record(subject, { action, at: call.now, userId: call.token.userId });
}
