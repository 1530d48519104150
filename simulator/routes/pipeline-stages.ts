import { badRequest } from '../api-error.ts';
import { type Call, jsonObject } from '../call.ts';
import { liveStages } from '../pipelines.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  labelIn,
  metadataIn,
  orderIn,
  pipelineOf,
  refuseSameStage,
  sceneOf,
  stageIn,
  stageOf,
  viewStage,
} from './pipeline-input.ts';
import { refuseUsed } from './pipeline-references.ts';
import { makeStage, note, refuseTakenStage, updateStage, viewAudit } from './pipelines.ts';
import { readRecords, writeSchema } from './scopes.ts';

const STAGES = ':objectType/:pipelineId/stages';

/** Stages of one pipeline. */
export const pipelineStageRoutes: readonly Route[] = [
  { method: 'GET', pattern: STAGES, handle: list },
  { method: 'POST', pattern: STAGES, handle: create },
  { method: 'GET', pattern: `${STAGES}/:stageId`, handle: get },
  { method: 'PUT', pattern: `${STAGES}/:stageId`, handle: replace },
  { method: 'PATCH', pattern: `${STAGES}/:stageId`, handle: update },
  { method: 'DELETE', pattern: `${STAGES}/:stageId`, handle: remove },
  { method: 'GET', pattern: `${STAGES}/:stageId/audit`, handle: audit },
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
  const pipeline = pipelineOf(call, sceneOf(call));
  return ok({ results: liveStages(pipeline).map((stage) => viewStage(call, stage)) });
}

function get(call: Call): Reply {
  return ok(viewStage(call, stageOf(call, pipelineOf(call, sceneOf(call)))));
}

function create(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  call.effects.inputs = 1;
  const fields = stageIn(jsonObject(call), scene);
  refuseSameStage(pipeline, fields.label);
  refuseTakenStage(scene, fields.stageId);
  const stage = makeStage(call, scene, fields);
  pipeline.stages.push(stage);
  note(call, scene, stage, 'CREATE');
  return created(viewStage(call, stage));
}

function replace(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  const stage = stageOf(call, pipeline);
  call.effects.inputs = 1;
  const fields = stageIn(jsonObject(call), scene);
  refuseSameStage(pipeline, fields.label, stage);
  updateStage(call, stage, fields);
  note(call, scene, stage, 'UPDATE');
  return ok(viewStage(call, stage));
}

function update(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  const stage = stageOf(call, pipeline);
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const label = body.label === undefined ? stage.label : labelIn(body.label);
  refuseSameStage(pipeline, label, stage);
  updateStage(call, stage, {
    label,
    displayOrder: body.displayOrder === undefined ? stage.displayOrder : orderIn(body.displayOrder),
    metadata: body.metadata === undefined ? stage.metadata : metadataIn(body.metadata, scene),
  });
  note(call, scene, stage, 'UPDATE');
  return ok(viewStage(call, stage));
}

function remove(call: Call): Reply {
  const scene = sceneOf(call);
  const pipeline = pipelineOf(call, scene);
  const stage = stageOf(call, pipeline);
  call.effects.inputs = 1;
  refuseUsed(call, scene, { pipelineId: pipeline.id, stageId: stage.id });
  if (liveStages(pipeline).length === 1)
    throw badRequest(
      `Stage ${stage.id} cannot be deleted because it is the only one of pipeline ${pipeline.id}`,
    );
  stage.archivedAt = call.now;
  note(call, scene, stage, 'DELETE');
  return noContent;
}

function audit(call: Call): Reply {
  const scene = sceneOf(call);
  const stage = stageOf(call, pipelineOf(call, scene));
  return ok({ results: scene.book.audits(stage.id).map((entry) => viewAudit(call, entry)) });
}
