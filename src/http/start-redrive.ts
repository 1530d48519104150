import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { SpokeError } from '../errors.ts';
import { countRedrive } from '../outbox/move-redrive.ts';
import { previewRedrive } from '../outbox/redrive-preview.ts';
import type { RedriveRequest } from '../outbox/redrive-request.ts';
import { startRedrive } from '../outbox/redrives.ts';
import type { Principal } from './api-keys.ts';
import type { HttpContext } from './context.ts';

/** The header that makes a request safe to repeat. */
export const idempotencyHeaderSchema = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable characters without spaces')
    .optional()
    .openapi({
      description: 'The same key with the same body again is the same redrive; with another body a 422.',
    }),
});

export const startedSchema = z
  .object({
    redriveId: z.int(),
    count: z.int().openapi({ description: 'How many events it is for.' }),
  })
  .openapi('RedriveStarted');

export const previewSchema = z
  .object({
    count: z.int(),
    records: z.int(),
    groups: z.array(z.object({ type: z.string(), code: z.string().nullable(), events: z.int() })),
    estimate: z.object({
      calls: z.int(),
      basis: z.enum(['mapping', 'records']),
      waiting: z.object({ events: z.int(), calls: z.int() }),
      callsPerSecond: z.number().nullable(),
      heldSeconds: z.number(),
      seconds: z.number().nullable(),
      dailyCallsLeft: z.int().nullable(),
    }),
  })
  .openapi('RedrivePreview');

/** Asks for a redrive in the name of a key, and says how many events it is for. */
export async function startFor(
  { db, clock }: HttpContext,
  principal: Principal,
  request: RedriveRequest,
  idempotencyKey: string | undefined,
): Promise<z.output<typeof startedSchema>> {
  const redriveId = await startRedrive(db, {
    ...request,
    requestedBy: `key ${principal.name}`.slice(0, 100),
    ...(idempotencyKey === undefined
      ? {}
      : {
          idempotency: {
            // Of one caller: another's key is another key.
            key: `${principal.keyId}:${idempotencyKey}`,
            hash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
          },
        }),
  });
  const count = await countRedrive(db, redriveId, clock);
  if (count === undefined)
    throw new SpokeError('DATABASE_BUSY', `Redrive ${redriveId} was asked for and could not be counted yet.`);
  return { redriveId, count };
}

/** What it would do. */
export async function previewFor(
  { db, mapper }: HttpContext,
  request: RedriveRequest,
): Promise<z.output<typeof previewSchema>> {
  const { total, records, groups, estimate } = await previewRedrive(db, request, mapper);
  return { count: total, records, groups: [...groups], estimate };
}
