import type { Clock } from '../clock.ts';
import { suggestion } from '../config/nearest-name.ts';
import { SpokeError } from '../errors.ts';
import type { AssociationTypeRef } from '../hubspot/link.ts';
import type { Pipeline } from '../hubspot/pipelines.ts';
import type { Properties } from '../mapping/effects.ts';
import type { Reads } from './stage.ts';
import { namesStage, withStageIds } from './stage-names.ts';
import type { EffectEnd } from './verdict.ts';

/** What a portal calls things, by the names that a config uses; read when first asked for, and again when a name is not known. */
export interface Directory {
  /** The kind of link with this label, seen from the first type. */
  label(fromType: string, toType: string, label: string): Promise<Entry<AssociationTypeRef>>;
  /** The id of a list, by its id or its name. */
  list(objectType: string, list: string): Promise<Entry<string>>;
  /** The id of a subscription type, by its id or its name. */
  subscription(name: string): Promise<Entry<string>>;
  /**
   * Properties with ids in the place of the labels of a pipeline and a stage; as they are where there is nothing to look up, or the
   * token may not read pipelines.
   */
  staged(objectType: string, properties: Properties): Promise<Entry<Properties>>;
}

export type Entry<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly end: EffectEnd };

/** A name that is not known is asked for again after this, ms. */
const READ_AGAIN_MS = 60_000;
/** What is known is read anew after this, ms: names move. */
const KEEP_MS = 600_000;
const RETRY_MS = 5_000;
const MISSING_WAIT_MS = 60_000;

const OBJECT_TYPE_IDS: Readonly<Record<string, string>> = {
  contacts: '0-1',
  companies: '0-2',
  deals: '0-3',
  tickets: '0-5',
};

interface Shelf<T> {
  readonly readAt: number;
  readonly entries: ReadonlyMap<string, T>;
}

export function createDirectory(
  reads: Pick<Reads, 'labels' | 'lists' | 'consent' | 'schemas' | 'pipelines'>,
  clock: Pick<Clock, 'monotonic'>,
): Directory {
  const shelves = new Map<string, Promise<Shelf<unknown>>>();

  /** What `isKnown` does not find is read anew, though not all the time. */
  async function shelf<T>(
    shelfName: string,
    read: () => Promise<ReadonlyMap<string, T>>,
    isKnown: (entries: ReadonlyMap<string, T>) => boolean,
  ): Promise<Entry<ReadonlyMap<string, T>>> {
    const fresh = async (): Promise<Shelf<T>> => ({ readAt: clock.monotonic(), entries: await read() });
    const load = (): Promise<Shelf<T>> => {
      const loading = fresh();
      shelves.set(shelfName, loading);
      // What failed is tried again by the next who asks.
      loading.catch(() => shelves.delete(shelfName));
      return loading;
    };
    try {
      const known = (await (shelves.get(shelfName) ?? load())) as Shelf<T>;
      const age = clock.monotonic() - known.readAt;
      const isOld = age > KEEP_MS || (age > READ_AGAIN_MS && !isKnown(known.entries));
      return { ok: true, value: (isOld ? await load() : known).entries };
    } catch (error) {
      const code = error instanceof SpokeError ? error.code : 'DELIVERY_HELD';
      const message = error instanceof Error ? error.message : String(error);
      return {
        ok: false,
        end: { end: 'not-applied', next: 'wait', code, message, waitMs: RETRY_MS },
      };
    }
  }

  async function find<T>(
    shelfName: string,
    wanted: string,
    read: () => Promise<ReadonlyMap<string, T>>,
    what: string,
  ): Promise<Entry<T>> {
    const entries = await shelf(shelfName, read, (known) => known.has(keyOf(wanted)));
    if (!entries.ok) return entries;
    const value = entries.value.get(keyOf(wanted));
    if (value !== undefined) return { ok: true, value };
    return unknownName(
      `The portal has no ${what} ${JSON.stringify(wanted)}.${suggestion(wanted, entries.value.keys())}`,
    );
  }

  return {
    label: (fromType, toType, label) =>
      find(
        `labels ${fromType} ${toType}`,
        label,
        async () =>
          new Map(
            (await reads.labels.expectList(fromType, toType)).flatMap((type) =>
              type.label === undefined
                ? []
                : [
                    [
                      keyOf(type.label),
                      {
                        associationCategory: type.category as AssociationTypeRef['associationCategory'],
                        associationTypeId: type.typeId,
                      },
                    ] as const,
                  ],
            ),
          ),
        `label between ${fromType} and ${toType}`,
      ),
    list: (objectType, list) =>
      /^\d+$/.test(list)
        ? Promise.resolve({ ok: true, value: list })
        : find(`lists ${objectType}`, list, () => readLists(reads, objectType), `list of ${objectType}`),
    subscription: (name) =>
      /^\d+$/.test(name)
        ? Promise.resolve({ ok: true, value: name })
        : find(
            'subscriptions',
            name,
            async () =>
              new Map(
                (await reads.consent.expectDefinitions()).map((type) => [keyOf(type.name), type.id] as const),
              ),
            'subscription type',
          ),
    async staged(objectType, properties) {
      if (!namesStage(objectType, properties)) return { ok: true, value: properties };
      const read = async () => new Map([['all', await reads.pipelines.expectList(objectType)]]);
      const put = (entries: ReadonlyMap<string, readonly Pipeline[]>) =>
        withStageIds(objectType, properties, entries.get('all') ?? []);
      const entries = await shelf(`pipelines ${objectType}`, read, (known) => put(known).ok);
      if (!entries.ok)
        return 'code' in entries.end && entries.end.code === 'HUBSPOT_FORBIDDEN'
          ? { ok: true, value: properties }
          : entries;
      const staged = put(entries.value);
      return staged.ok ? { ok: true, value: staged.properties } : unknownName(staged.message);
    },
  };
}

/** Somebody may create it, or correct the config: it is waited for. */
function unknownName(message: string): { readonly ok: false; readonly end: EffectEnd } {
  return {
    ok: false,
    end: {
      end: 'not-applied',
      next: 'await',
      code: 'DELIVERY_NAME_UNKNOWN',
      message,
      waitMs: MISSING_WAIT_MS,
    },
  };
}

async function readLists(
  reads: Pick<Reads, 'lists' | 'schemas'>,
  objectType: string,
): Promise<ReadonlyMap<string, string>> {
  const objectTypeId = OBJECT_TYPE_IDS[objectType] ?? (await typeIdOf(reads, objectType));
  const ids = new Map<string, string>();
  for await (const page of reads.lists.listAll({ filter: { objectTypeId } }))
    for (const list of page.results) ids.set(keyOf(list.name), list.listId);
  return ids;
}

async function typeIdOf(reads: Pick<Reads, 'schemas'>, objectType: string): Promise<string> {
  const schemas = await reads.schemas.expectList();
  return schemas.find(({ name }) => name === objectType)?.objectTypeId ?? objectType;
}

const keyOf = (name: string) => name.trim().toLowerCase();
