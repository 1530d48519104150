import { type Area, locate } from './areas.ts';
import type { Call } from './call.ts';
import type { Budget } from './limits.ts';
import type { Portal } from './portal.ts';
import type { Reply } from './reply.ts';
import type { RequiredScopes } from './tokens.ts';
import type { Version } from './version.ts';

/** One operation of the API, in all the versions that have it. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  area: Area;
  /** What follows area and version: literal segments and `:parameters`. */
  pattern: string;
  versions: readonly Version[];
  access: 'read' | 'write';
  budget: Budget;
  /** `none`: answered without a token, as form submissions are; the call then bears the anonymous token. Default `token`. */
  auth?: 'token' | 'none';
  /** Scopes needed; each group is satisfied by any of its members. */
  scopes: (portal: Portal, params: Readonly<Record<string, string>>, version: Version) => RequiredScopes;
  handle: (call: Call) => Reply;
}

export interface Match {
  route: Route;
  version: Version;
  params: Record<string, string>;
}

interface Compiled {
  route: Route;
  segments: string[];
}

/** Finds the route of a request. Routes given earlier win, so literal patterns stand before those with parameters. */
export class Router {
  /** By method, area and number of segments: at most a handful of candidates remain to compare. */
  readonly #candidates = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.pattern.split('/').filter((segment) => segment !== '');
      const key = candidateKey(route.method, route.area, segments.length);
      const candidates = this.#candidates.get(key) ?? [];
      candidates.push({ route, segments });
      this.#candidates.set(key, candidates);
    }
  }

  /** `path` without its query. undefined: 404, also for unknown versions and versions in the wrong place. */
  match(method: string, path: string): Match | undefined {
    const place = locate(path);
    if (!place) return undefined;
    const candidates = this.#candidates.get(candidateKey(method, place.area, place.rest.length)) ?? [];
    for (const { route, segments } of candidates) {
      if (!route.versions.includes(place.version)) continue;
      const params = matchSegments(segments, place.rest);
      if (params) return { route, version: place.version, params };
    }
    return undefined;
  }
}

function candidateKey(method: string, area: Area, segments: number): string {
  return `${method} ${area} ${segments}`;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (let place = 0; place < pattern.length; place += 1) {
    const expected = pattern[place] as string;
    const given = segments[place] as string;
    if (expected.startsWith(':')) {
      const decoded = decode(given);
      if (decoded === undefined || decoded === '') return undefined;
      params[expected.slice(1)] = decoded;
    } else if (expected !== given) return undefined;
  }
  return params;
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
