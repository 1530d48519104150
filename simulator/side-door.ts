import type { AdminRequest } from './admin.ts';
import type { CallerHeaders } from './admin-guard.ts';
import type { Wire } from './fault-player.ts';
import type { Reply } from './reply.ts';

const PREFIX = '/_simulator/';
const PAGE_PREFIX = '/_simulator/ui/';
/** Without the slash the page's relative addresses would point beside its folder. */
const PAGE_WITHOUT_SLASH = '/_simulator/ui';

const JSON_HEADERS = {
  'content-type': 'application/json;charset=utf-8',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export interface SideRequest {
  readonly method: string;
  /** With the query string. */
  readonly url: string;
  readonly headers: CallerHeaders & { readonly accept?: string | undefined };
  readonly rawBody: Buffer;
}

export interface SideDoorParts {
  readonly guard: (headers: CallerHeaders) => string | undefined;
  readonly pageFiles: (path: string) => Promise<Wire>;
  readonly admin: (request: AdminRequest) => Promise<Reply>;
}

/**
 * The ways into the simulator that HubSpot does not have: the page for people, and the admin endpoints under it. They pass no budget,
 * fault or journal. Resolves to undefined for everything that is the API's.
 */
export function createSideDoor(parts: SideDoorParts): (request: SideRequest) => Promise<Wire | undefined> {
  return async ({ method, url, headers, rawBody }) => {
    const path = url.split('?', 1)[0] ?? '';
    const isRead = method === 'GET' || method === 'HEAD';
    if (path === PAGE_WITHOUT_SLASH || (path === '/' && isRead && headers.accept?.includes('text/html'))) {
      return {
        status: 302,
        headers: { location: PAGE_PREFIX, 'cache-control': 'no-store', vary: 'accept' },
        payload: '',
      };
    }
    if (!path.startsWith(PREFIX)) return undefined;
    if (path.startsWith(PAGE_PREFIX)) {
      // The files hold nothing of the portal's, so a link from elsewhere may lead here.
      const refused = parts.guard({ host: headers.host });
      if (refused !== undefined) return toWire({ status: 403, body: { error: refused } });
      if (!isRead) return toWire({ status: 405, body: { error: 'the page is read with GET' } });
      return parts.pageFiles(path.slice(PAGE_PREFIX.length));
    }
    const refused = parts.guard(headers);
    if (refused !== undefined) return toWire({ status: 403, body: { error: refused } });
    return toWire(await parts.admin({ method, url: new URL(url, 'http://localhost'), rawBody }));
  };
}

function toWire(reply: Reply): Wire {
  const payload = reply.body === undefined ? '' : JSON.stringify(reply.body);
  return { status: reply.status, headers: { ...JSON_HEADERS, ...reply.headers }, payload };
}
