import { parseBatchAnswer } from './batch-answer.ts';
import type { Exchange } from './exchange.ts';
import { isRecord, own, textOf } from './json.ts';
import { paths } from './paths.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';

/** Of association batch/read. */
const MAX_INPUTS = 1000;
/** 500 links a page: 100,000 links of one record, after which it counts as unread. */
const MAX_PAGES = 200;

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
      /** Ids HubSpot gave an error for, or whose paging did not end: nothing is known about them. */
      readonly unread: readonly string[];
    }
  | { readonly kind: 'failed'; readonly exchange: Exchange };

export interface Associations {
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
  const batchRead: Associations['batchRead'] = (fromType, toType, inputs, call) =>
    transport.request({
      ...call,
      method: 'POST',
      path: paths.associationsBatchRead(fromType, toType),
      body: { inputs },
    });

  return {
    batchRead,
    async readAssociations(fromType, toType, ids, call) {
      const links = new Map<string, Set<string>>(ids.map((id) => [id, new Set<string>()]));
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
          for (const each of to) links.get(id)?.add(each);
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
        links: new Map([...links].map(([id, to]) => [id, [...to]])),
        unread: [...unread],
      };
    },
  };
}

interface Page {
  readonly results: readonly {
    readonly id: string;
    readonly to: readonly string[];
    readonly after?: string;
  }[];
  readonly unread: readonly string[];
}

/** Undefined when the exchange tells nothing about the inputs. */
function readPage(exchange: Exchange, inputs: readonly AssociationInput[]): Page | undefined {
  if (exchange.kind === 'fault' || exchange.flaw || (exchange.status !== 200 && exchange.status !== 207))
    return undefined;
  const body = exchange.body;
  const entries = own(body, 'results');
  // Without the list a missing record would pass for one without links.
  if (!Array.isArray(entries)) return undefined;
  const after = new Map(inputs.map((input) => [input.id, input.after]));
  const results = new Map<string, { id: string; to: string[]; after?: string }>();
  const unread = new Set<string>();
  for (const entry of entries) {
    const id = textOf(own(own(entry, 'from'), 'id'));
    if (id === undefined || !after.has(id)) continue;
    const to = own(entry, 'to');
    const linked = Array.isArray(to) ? to.map(toId) : [undefined];
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

function toId(value: unknown): string | undefined {
  return isRecord(value) ? (textOf(own(value, 'toObjectId')) ?? textOf(own(value, 'id'))) : undefined;
}
