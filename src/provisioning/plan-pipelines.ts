import type { NewPipeline, NewStage, Pipeline, Stage } from '../hubspot/pipelines.ts';
import { changeOf, type Finding, finding, type PortalPlan } from './portal-plan.ts';
import type { TypeScene } from './type-scene.ts';

/** Pipelines and stages that are missing, known by their labels, and stages that mean something else. */
export function planPipelines(scene: TypeScene): PortalPlan {
  const plans = scene.desired.pipelines.map((pipeline): PortalPlan => {
    const found = scene.actual.pipelines.find(({ label }) => label === pipeline.label);
    return found === undefined
      ? { changes: [changeOf(scene, { kind: 'pipeline.create', pipeline })], findings: [] }
      : planStages(scene, pipeline, found);
  });
  return {
    changes: plans.flatMap(({ changes }) => changes),
    findings: plans.flatMap(({ findings }) => findings),
  };
}

function planStages(scene: TypeScene, wanted: NewPipeline, found: Pipeline): PortalPlan {
  const byLabel = new Map(found.stages.map((stage) => [stage.label, stage]));
  const labels = new Set(wanted.stages.map(({ label }) => label));
  const extra = found.stages.filter(({ label }) => !labels.has(label)).map(({ label }) => label);
  const of = { objectType: scene.objectType, name: wanted.label };
  return {
    changes: wanted.stages
      .filter(({ label }) => !byLabel.has(label))
      .map((stage) =>
        changeOf(scene, {
          kind: 'stage.create',
          pipeline: found.label,
          pipelineId: found.id,
          stage,
        }),
      ),
    findings: [
      ...wanted.stages.flatMap((stage) => differences(of, stage, byLabel.get(stage.label))),
      ...(extra.length > 0
        ? [finding('only-in-portal', { ...of, message: `${wanted.label} also has ${extra.join(', ')}.` })]
        : []),
    ],
  };
}

function differences(
  of: { readonly objectType: string; readonly name: string },
  wanted: NewStage,
  found: Stage | undefined,
): readonly Finding[] {
  if (found === undefined) return [];
  return Object.entries(wanted.metadata).flatMap(([key, value]) => {
    const there = found.metadata[key];
    if (there === undefined || sameValue(there, value)) return [];
    const message = `${of.name} stage ${wanted.label} has the ${key} ${there}, and the config says ${value}.`;
    return [finding('stage-differs', { ...of, message })];
  });
}

/** A probability is text: `1` and `1.0` are the same. */
function sameValue(a: string, b: string): boolean {
  return a === b || (a.trim() !== '' && Number(a) === Number(b));
}
