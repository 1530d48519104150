import type { LinkedPair } from './association-outcomes.ts';
import { parseBatchAnswer } from './batch-answer.ts';
import type { Exchange } from './exchange.ts';
import { isRecord, own, textOf } from './json.ts';
import { type AssociationTypeRef, type Link, parseLink } from './link.ts';
import { type Page, parsePage } from './page.ts';
import { type PageQuery, paths } from './paths.ts';
import type { ReadOptions } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import { type Chunk, sendInChunks } from './send-in-chunks.ts';
import type { Transport } from './transport.ts';
import { walkPages } from './walk-pages.ts';

/** Of association batch/read. */
const MAX_INPUTS = 1000;
/** 500 links a page: 100,000 links of one record, after which it counts as unread. */
const MAX_PAGES = 200;
/** Links of one record on a page. */
const LINKS_PAGE = 500;
/** Of association batch/create and batch/associate/default. */
export const MAX_ASSOCIATION_INPUTS = 2000;
/** Records whose links are removed, of association batch/archive. */
const MAX_ARCHIVE_INPUTS = 100;

export interface AssociationInput {
  readonly id: string;
  /** Where the next page of this record's links begins. */
  readonly after?: string;
}

/** The links of many records, or the exchange that stopped the reading. */
export type AssociationsRead =
  | {
      readonly kind: 'links';
      /** Every id that was read completely, with the ids linked to it; an empty list is proof that there are none. */
      readonly links: ReadonlyMap<string, readonly string[]>;
      /** The same with the kinds in which they are linked; a link whose kinds cannot be read has none. */
      readonly typed: ReadonlyMap<string, readonly Link[]>;
      /** Ids HubSpot gave an error for, or whose paging did not end: nothing is known about them. */
      readonly unread: readonly string[];
    }
  | { readonly kind: 'failed'; readonly exchange: Exchange };

/** Two records of any types. */
export interface LinkEnds {
  readonly fromType: string;
  readonly fromId: string;
  readonly toType: string;
  readonly toId: string;
}

/** The type with id 1 between contacts and companies makes the company primary. */
export interface NewLink extends LinkedPair {
  readonly types: readonly AssociationTypeRef[];
}

export interface LinksToRemove {
  readonly from: { readonly id: string };
  readonly to: readonly { readonly id: string }[];
}

/**
 * Links between records. Calls named `batch…` and those on one pair are one HTTP try each; `createAll`, `linkAll` and
 * `archiveAll` make as many as they need. All of them may be repeated.
 */
export interface Associations {
  /** One page (at most 500) of the links of one record; read its entries with parsePage and parseLink. */
  list(
    fromType: string,
    id: string,
    toType: string,
    query?: PageQuery,
    call?: CallOptions,
  ): Promise<Exchange>;
  /** All links of one record with their kinds, page by page; raises what walkPages raises. */
  listAll(
    fromType: string,
    id: string,
    toType: string,
    options?: ReadOptions,
  ): AsyncGenerator<Page<Link>, void>;
  /** Links a pair in the named kinds; 201. */
  put(ends: LinkEnds, types: readonly AssociationTypeRef[], call?: CallOptions): Promise<Exchange>;
  /** Links a pair plainly; 200, also when it was linked. */
  putDefault(ends: LinkEnds, call?: CallOptions): Promise<Exchange>;
  /** Removes all links of a pair; 204. */
  remove(ends: LinkEnds, call?: CallOptions): Promise<Exchange>;
  /** At most 2,000 inputs; read the answer with associationOutcomes. */
  batchCreate(
    fromType: string,
    toType: string,
    inputs: readonly NewLink[],
    call?: CallOptions,
  ): Promise<Exchange>;
  /** At most 2,000 inputs; read the answer with associationOutcomes. */
  batchLink(
    fromType: string,
    toType: string,
    inputs: readonly LinkedPair[],
    call?: CallOptions,
  ): Promise<Exchange>;
  /** Removes all links of the pairs; at most 100 inputs. */
  batchArchive(
    fromType: string,
    toType: string,
    inputs: readonly LinksToRemove[],
    call?: CallOptions,
  ): Promise<Exchange>;
  /** Removes single kinds of link, the plain one stays; at most 2,000 inputs. */
  batchArchiveLabels(
    fromType: string,
    toType: string,
    inputs: readonly NewLink[],
    call?: CallOptions,
  ): Promise<Exchange>;
  /** As `batchCreate`, for any number of inputs. */
  createAll(
    fromType: string,
    toType: string,
    inputs: readonly NewLink[],
    call?: CallOptions,
  ): Promise<readonly Chunk<NewLink>[]>;
  /** As `batchLink`, for any number of inputs. */
  linkAll(
    fromType: string,
    toType: string,
    inputs: readonly LinkedPair[],
    call?: CallOptions,
  ): Promise<readonly Chunk<LinkedPair>[]>;
  /** As `batchArchive`, for any number of inputs. */
  archiveAll(
    fromType: string,
    toType: string,
    inputs: readonly LinksToRemove[],
    call?: CallOptions,
  ): Promise<readonly Chunk<LinksToRemove>[]>;
  /** One page of links for up to 1,000 records; records without links are missing from the answer. */
  batchRead(
    fromType: string,
    toType: string,
    inputs: readonly AssociationInput[],
    call?: CallOptions,
  ): Promise<Exchange>;
  /** All links of the records, page by page; stops at the first exchange that is no usable answer. */
  readAssociations(
    fromType: string,
    toType: string,
    ids: readonly string[],
    call?: CallOptions,
  ): Promise<AssociationsRead>;
}

export function createAssociations(transport: Transport): Associations {
  const batch =
    <T>(path: (fromType: string, toType: string) => string) =>
    (fromType: string, toType: string, inputs: readonly T[], call?: CallOptions) =>
      transport.request({ ...call, method: 'POST', path: path(fromType, toType), body: { inputs } });
  const batchRead = batch<AssociationInput>(paths.associationsBatchRead);
  const batchCreate = batch<NewLink>(paths.associationsBatchCreate);
  const batchLink = batch<LinkedPair>(paths.associationsBatchDefault);
  const batchArchive = batch<LinksToRemove>(paths.associationsBatchArchive);
  const list: Associations['list'] = (fromType, id, toType, query, call) =>
    transport.request({ ...call, method: 'GET', path: paths.links(fromType, id, toType, query) });

  return {
    list,
    listAll: (fromType, id, toType, options = {}) =>
      walkPages(
        {
          what: `list the ${toType} of one of the ${fromType}`,
          send: (after) =>
            list(
              fromType,
              id,
              toType,
              { limit: LINKS_PAGE, ...(after === undefined ? {} : { after }) },
              options,
            ),
          parse: (body) => parsePage(body, parseLink),
        },
        options,
      ),
    put: ({ fromType, fromId, toType, toId }, types, call) =>
      transport.request({
        ...call,
        method: 'PUT',
        path: paths.link(fromType, fromId, toType, toId),
        body: types,
      }),
    putDefault: ({ fromType, fromId, toType, toId }, call) =>
      transport.request({ ...call, method: 'PUT', path: paths.defaultLink(fromType, fromId, toType, toId) }),
    remove: ({ fromType, fromId, toType, toId }, call) =>
      transport.request({ ...call, method: 'DELETE', path: paths.link(fromType, fromId, toType, toId) }),
    batchCreate,
    batchLink,
    batchArchive,
    batchArchiveLabels: batch<NewLink>(paths.associationsBatchLabelsArchive),
    createAll: (fromType, toType, inputs, call) =>
      sendInChunks(inputs, MAX_ASSOCIATION_INPUTS, (part) => batchCreate(fromType, toType, part, call)),
    linkAll: (fromType, toType, inputs, call) =>
      sendInChunks(inputs, MAX_ASSOCIATION_INPUTS, (part) => batchLink(fromType, toType, part, call)),
    archiveAll: (fromType, toType, inputs, call) =>
      sendInChunks(inputs, MAX_ARCHIVE_INPUTS, (part) => batchArchive(fromType, toType, part, call)),
    batchRead,
    async readAssociations(fromType, toType, ids, call) {
      const links = new Map<string, Map<string, Link>>(ids.map((id) => [id, new Map<string, Link>()]));
      const unread = new Set<string>();
      const pages = new Map<string, number>();
      let waiting: AssociationInput[] = [...links.keys()].map((id) => ({ id }));

      while (waiting.length > 0) {
        const inputs = waiting.slice(0, MAX_INPUTS);
        const rest = waiting.slice(MAX_INPUTS);
        const exchange = await batchRead(fromType, toType, inputs, call);
        const page = readPage(exchange, inputs);
        if (!page) return { kind: 'failed', exchange };
        for (const id of page.unread) unread.add(id);
        for (const { id, to, after } of page.results) {
          for (const each of to) links.get(id)?.set(each.toId, each);
          if (after === undefined) continue;
          const read = (pages.get(id) ?? 0) + 1;
          pages.set(id, read);
          if (read < MAX_PAGES) rest.push({ id, after });
          else unread.add(id);
        }
        waiting = rest;
      }
      for (const id of unread) links.delete(id);
      return {
        kind: 'links',
        links: new Map([...links].map(([id, to]) => [id, [...to.keys()]])),
        typed: new Map([...links].map(([id, to]) => [id, [...to.values()]])),
        unread: [...unread],
      };
    },
  };
}

interface LinksPage {
  readonly results: readonly {
    readonly id: string;
    readonly to: readonly Link[];
    readonly after?: string;
  }[];
  readonly unread: readonly string[];
}

/** Undefined when the exchange tells nothing about the inputs. */
function readPage(exchange: Exchange, inputs: readonly AssociationInput[]): LinksPage | undefined {
  if (exchange.kind === 'fault' || exchange.flaw || (exchange.status !== 200 && exchange.status !== 207))
    return undefined;
  const body = exchange.body;
  const entries = own(body, 'results');
  // Without the list a missing record would pass for one without links.
  if (!Array.isArray(entries)) return undefined;
  const after = new Map(inputs.map((input) => [input.id, input.after]));
  const results = new Map<string, { id: string; to: Link[]; after?: string }>();
  const unread = new Set<string>();
  for (const entry of entries) {
    const id = textOf(own(own(entry, 'from'), 'id'));
    if (id === undefined || !after.has(id)) continue;
    const to = own(entry, 'to');
    const linked = Array.isArray(to) ? to.map(linkOf) : [undefined];
    const next = textOf(own(own(own(entry, 'paging'), 'next'), 'after'));
    // A cursor that stands still would be read for ever.
    if (linked.includes(undefined) || (next !== undefined && next === after.get(id))) unread.add(id);
    else
      results.set(id, {
        id,
        to: linked.filter((each) => each !== undefined),
        ...(next === undefined ? {} : { after: next }),
      });
  }
  // An error that names no id may be about any record that has no result; an empty `errors` is about none.
  for (const error of parseBatchAnswer(body).errors) {
    // HubSpot may also say in this way that a record has no links, which is an answer.
    if (error.subCategory?.endsWith('NO_ASSOCIATIONS_FOUND')) continue;
    const named = error.ids.filter((id) => after.has(id));
    const blamed = named.length > 0 ? named : [...after.keys()].filter((id) => !results.has(id));
    for (const id of blamed) unread.add(id);
  }
  return { results: [...results.values()].filter(({ id }) => !unread.has(id)), unread: [...unread] };
}

function linkOf(value: unknown): Link | undefined {
  const toId = isRecord(value) ? (textOf(own(value, 'toObjectId')) ?? textOf(own(value, 'id'))) : undefined;
  if (toId === undefined) return undefined;
  const link = parseLink(value);
  return { toId, types: link.ok ? link.value.types : [] };
}
