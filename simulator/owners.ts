import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { SavedPart } from './saved-part.ts';

/** A user, or a queue, that records can be assigned to. */
export const ownerSchema = z.strictObject({
  email: z.string().min(3),
  firstName: z.string().exactOptional(),
  lastName: z.string().exactOptional(),
  /** What `hubspot_owner_id` takes; numeric text. Default: the next free one. */
  id: z.string().regex(/^\d+$/, { error: 'must be numeric text' }).exactOptional(),
  /** Default: the next free one. */
  userId: z.number().int().min(1).exactOptional(),
  type: z.enum(['PERSON', 'QUEUE']).exactOptional(),
  teams: z.array(z.strictObject({ id: z.string(), name: z.string(), primary: z.boolean() })).exactOptional(),
  /** A deactivated user. Default false. */
  archived: z.boolean().exactOptional(),
});

export type OwnerOptions = z.input<typeof ownerSchema>;

export interface Owner {
  id: string;
  userId: number;
  email: string;
  firstName: string;
  lastName: string;
  type: 'PERSON' | 'QUEUE';
  teams: { id: string; name: string; primary: boolean }[];
  archived: boolean;
  createdAt: number;
}

const savedSchema: z.ZodType<Owner> = z.strictObject({
  id: z.string(),
  userId: z.number(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  type: z.enum(['PERSON', 'QUEUE']),
  teams: z.array(z.strictObject({ id: z.string(), name: z.string(), primary: z.boolean() })),
  archived: z.boolean(),
  createdAt: z.number(),
});

/** Owners of a portal that is given none. The first is the user that tokens stand for. */
export const DEFAULT_OWNERS: readonly OwnerOptions[] = [
  { id: '70000001', userId: 7, email: 'ada.keller@example.com', firstName: 'Ada', lastName: 'Keller' },
  { id: '70000002', userId: 8, email: 'ben.osei@example.com', firstName: 'Ben', lastName: 'Osei' },
  { id: '70000003', userId: 9, email: 'cleo.marsh@example.com', firstName: 'Cleo', lastName: 'Marsh' },
];

const FIRST_ID = 70_000_001;
const FIRST_USER_ID = 7;

/** The owners of a portal, by id. */
export class OwnerStore implements SavedPart {
  #owners = new Map<string, Owner>();
  /** A state file's owners replace those that the portal began with. */
  #isRestored = false;

  /** Ascending by id. */
  list(archived = false): Owner[] {
    return [...this.#owners.values()]
      .filter((owner) => owner.archived === archived)
      .sort((one, other) => Number(one.id) - Number(other.id));
  }

  get(id: string): Owner | undefined {
    return this.#owners.get(id);
  }

  ofUser(userId: number): Owner | undefined {
    return [...this.#owners.values()].find((owner) => owner.userId === userId);
  }

  /** Replaces all. Throws when an id, a user id or an address is there twice. */
  set(owners: readonly OwnerOptions[], now: number): Owner[] {
    const parsed = z.array(ownerSchema).parse(owners);
    const ids = new Set(parsed.flatMap(({ id }) => id ?? []));
    const userIds = new Set(parsed.flatMap(({ userId }) => userId ?? []));
    const made = parsed.map((options): Owner => {
      const { email, firstName = '', lastName = '', type = 'PERSON', teams = [], archived = false } = options;
      const id = options.id ?? nextFree(FIRST_ID, (number) => ids.has(String(number))).toString();
      const userId = options.userId ?? nextFree(FIRST_USER_ID, (number) => userIds.has(number));
      ids.add(id);
      userIds.add(userId);
      return { id, userId, email, firstName, lastName, type, teams, archived, createdAt: now };
    });
    for (const field of ['id', 'userId', 'email'] as const) refuseTwice(made, field);
    this.#owners = new Map(made.map((owner) => [owner.id, owner]));
    return made;
  }

  *dump(): Iterable<unknown> {
    yield* this.#owners.values();
  }

  restore(row: unknown): void {
    const owner = savedSchema.parse(row);
    if (!this.#isRestored) this.#owners.clear();
    this.#isRestored = true;
    this.#owners.set(owner.id, owner);
  }
}

function nextFree(first: number, isTaken: (number: number) => boolean): number {
  let number = first;
  while (isTaken(number)) number += 1;
  return number;
}

function refuseTwice(owners: readonly Owner[], field: 'id' | 'userId' | 'email'): void {
  const values = owners.map((owner) => owner[field]);
  const twice = values.find((value, place) => values.indexOf(value) < place);
  if (twice !== undefined)
    throw badRequest(`two owners have the ${field} ${twice}; give each one of its own`);
}
