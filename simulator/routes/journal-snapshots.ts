import { z } from 'zod';
import { badRequest, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { snapshotSchema } from '../journal-snapshots.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';

const EITHER = ['developer.webhooks_journal.snapshots.read', 'developer.webhooks_journal.snapshots.write'];
const SHARED = {
  area: 'webhooks-journal/snapshots',
  versions: ['2026-03', '2026-09'],
  budget: 'journal-snapshots',
  scopes: () => [EITHER],
} as const;

/** Snapshots: the journal tells the values of records as they are. */
export const journalSnapshotRoutes: readonly Route[] = [
  { ...SHARED, method: 'POST', pattern: 'crm', access: 'write', handle: take },
  { ...SHARED, method: 'GET', pattern: 'crm/status/:snapshotId', access: 'read', handle: status },
];

function take(call: Call): Reply {
  const parsed = snapshotSchema.safeParse(jsonObject(call));
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  const { snapshotRequests } = parsed.data;
  call.effects.inputs = snapshotRequests.length;
  const snapshotResponses = snapshotRequests.map((request) => {
    const { portalId, objectTypeId, objectId } = request;
    const { id } = call.portal.changeJournal.takeSnapshot(call.token.appId, request, call.now);
    return { portalId, objectTypeId, objectId, snapshotStatusId: id };
  });
  return ok({ snapshotResponses });
}

function status(call: Call): Reply {
  const id = param(call, 'snapshotId');
  const snapshot = call.portal.changeJournal.snapshots.find(call.token.appId, id);
  if (!snapshot) throw notFound(`No snapshot ${id}`);
  const { initiatedAt, completedAt } = snapshot;
  if (completedAt === undefined) {
    const message = 'There is no such record in the portal';
    return ok({ id, initiatedAt, status: 'FAILED', errorCode: 'VALIDATION_ERROR', message });
  }
  if (completedAt > call.now) return ok({ id, initiatedAt, status: 'PENDING' });
  return ok({ id, initiatedAt, status: 'SUCCESS', completedAt });
}
