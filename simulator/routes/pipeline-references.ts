import { badRequest } from '../api-error.ts';
import type { Call } from '../call.ts';
import type { PipelineScene } from './pipeline-input.ts';

const SWITCHES = ['validateReferencesBeforeDelete', 'validateDealStageUsagesBeforeDelete'] as const;
/** Most ids that an error names. */
const MAX_NAMED = 10;

/** What is about to go: a whole pipeline, or a stage of it. */
export interface Doomed {
  pipelineId: string;
  stageId?: string;
}

/**
 * Refuses to delete what live records stand at. Which check is made says the query; since 2026-09 both are made unless it
 * says otherwise, before only when it does. The second concerns deals only.
 */
export function refuseUsed(call: Call, { data }: PipelineScene, doomed: Doomed): void {
  const isAsked = SWITCHES.some((name) => {
    if (name === 'validateDealStageUsagesBeforeDelete' && data.type.name !== 'deals') return false;
    const text = call.query.get(name);
    return text === null ? call.version === '2026-09' : text === 'true';
  });
  const names = data.type.pipeline;
  if (!isAsked || !names) return;
  const { records } = data.store.page(0, MAX_NAMED, ({ archivedAt, properties }) => {
    if (archivedAt !== undefined || properties.get(names.property) !== doomed.pipelineId) return false;
    return doomed.stageId === undefined || properties.get(names.stage) === doomed.stageId;
  });
  if (records.length === 0) return;
  const what =
    doomed.stageId === undefined
      ? `Pipeline ${doomed.pipelineId}`
      : `Stage ${doomed.stageId} of pipeline ${doomed.pipelineId}`;
  throw badRequest(`${what} cannot be deleted because it is in use`, {
    subCategory: 'PipelineError.STAGE_ID_IN_USE',
    context: { objectIds: records.map(({ id }) => id) },
  });
}
