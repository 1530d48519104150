import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Portal } from './portal.ts';

/** Records in one call; HubSpot publishes no number for it. */
const MAX_REQUESTS = 100;
/** As long as what the journal tells is kept. */
const RETENTION_MS = 3 * 86_400_000;

/** Records of which the journal is to tell the values as they are now. */
export const snapshotSchema = z.object({
  snapshotRequests: z
    .array(
      z.object({
        portalId: z.number().int(),
        objectTypeId: z.string().min(1),
        objectId: z.number().int(),
        properties: z.array(z.string()),
      }),
    )
    .min(1)
    .max(MAX_REQUESTS),
});

export type SnapshotRequest = z.infer<typeof snapshotSchema>['snapshotRequests'][number];

/** A snapshot that was asked for. It is pending until the journal tells it; without `completedAt` there was nothing to tell. */
export interface Snapshot {
  readonly id: string;
  readonly appId: number;
  /** Ms of the portal's clock. */
  readonly initiatedAt: number;
  readonly completedAt: number | undefined;
}

/** The snapshots that apps have asked for in the last three days. Not saved. */
export class SnapshotBook {
  /** In order of asking. */
  readonly #snapshots = new Map<string, Snapshot>();

  enter(appId: number, initiatedAt: number, completedAt: number | undefined): Snapshot {
    for (const [id, old] of this.#snapshots) {
      if (old.initiatedAt > initiatedAt - RETENTION_MS) break;
      this.#snapshots.delete(id);
    }
    const snapshot = { id: randomUUID(), appId, initiatedAt, completedAt };
    this.#snapshots.set(snapshot.id, snapshot);
    return snapshot;
  }

  find(appId: number, id: string): Snapshot | undefined {
    const snapshot = this.#snapshots.get(id);
    return snapshot?.appId === appId ? snapshot : undefined;
  }

  clear(): void {
    this.#snapshots.clear();
  }
}

/** The values of a live record; undefined when there is none. */
export function snapshotValues(
  portal: Portal,
  { objectTypeId, objectId, properties }: SnapshotRequest,
): Record<string, string> | undefined {
  const data = portal.allObjects().find(({ type }) => type.typeId === objectTypeId);
  const record = data && portal.liveRecord(data, String(objectId));
  if (!record) return undefined;
  return Object.fromEntries(properties.map((name) => [name, record.properties.get(name) ?? '']));
}
