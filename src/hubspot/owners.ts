import type { Exchange } from './exchange.ts';
import { own, textOf } from './json.ts';
import { type Page, parsePage } from './page.ts';
import { idOf, misfit, type Parsed, parsedAs } from './parsed.ts';
import { type OwnerQuery, paths } from './paths.ts';
import type { ReadOptions } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';
import { walkPages } from './walk-pages.ts';

const PAGE = 500;

/** A user, or a queue, that records can be assigned to. */
export interface Owner {
  /** What `hubspot_owner_id` holds. */
  readonly id: string;
  /** Another number than `id`; absent for a queue. */
  readonly userId?: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** PERSON or QUEUE. */
  readonly type: string;
  readonly teams: readonly { readonly id: string; readonly name?: string; readonly primary: boolean }[];
  /** A deactivated user. */
  readonly archived: boolean;
}

/** Owners of records. */
export interface Owners {
  /** One page. */
  list(query?: OwnerQuery, call?: CallOptions): Promise<Exchange>;
  /** All owners, page by page; deactivated ones only with `archived`. Raises what walkPages raises. */
  listAll(options?: ReadOptions & { readonly archived?: boolean }): AsyncGenerator<Page<Owner>, void>;
  get(
    id: string,
    query?: { readonly idProperty?: 'id' | 'userId'; readonly archived?: boolean },
    call?: CallOptions,
  ): Promise<Exchange>;
}

export function createOwners(transport: Transport): Owners {
  const list: Owners['list'] = (query, call) =>
    transport.request({ ...call, method: 'GET', path: paths.owners(query) });
  return {
    list,
    listAll: (options = {}) =>
      walkPages(
        {
          what: 'list the owners',
          send: (after) =>
            list(
              {
                limit: PAGE,
                archived: options.archived === true,
                ...(after === undefined ? {} : { after }),
              },
              options,
            ),
          parse: (body) => parsePage(body, parseOwner),
        },
        options,
      ),
    get: (id, query, call) => transport.request({ ...call, method: 'GET', path: paths.owner(id, query) }),
  };
}

/** Reads one owner. */
export function parseOwner(value: unknown): Parsed<Owner> {
  const id = idOf(own(value, 'id'));
  if (id === undefined) return misfit('it has no id');
  const owner: { -readonly [K in keyof Owner]: Owner[K] } = {
    id,
    type: textOf(own(value, 'type')) ?? 'PERSON',
    teams: teamsOf(own(value, 'teams')),
    archived: own(value, 'archived') === true,
  };
  for (const name of ['userId', 'email', 'firstName', 'lastName'] as const) {
    const text = textOf(own(value, name));
    if (text !== undefined) owner[name] = text;
  }
  return parsedAs(owner);
}

function teamsOf(value: unknown): Owner['teams'] {
  return (Array.isArray(value) ? value : []).flatMap((team: unknown) => {
    const id = textOf(own(team, 'id'));
    if (id === undefined) return [];
    const name = textOf(own(team, 'name'));
    return [{ id, ...(name === undefined ? {} : { name }), primary: own(team, 'primary') === true }];
  });
}
