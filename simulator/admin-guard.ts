import { isIP } from 'node:net';

/** What a caller says of itself; a browser writes these headers, the page it shows cannot. */
export interface CallerHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

export interface GuardOptions {
  /** The host that the simulator was told to bind to. */
  readonly boundTo: string;
  /** Further names under which it is reached, as a container's. */
  readonly adminHosts?: readonly string[] | undefined;
}

/** Binding to all addresses of the machine. */
const WILDCARDS = ['0.0.0.0', '::'];

/**
 * Keeps other web pages on the user's machine away from the admin endpoints, which have no password. Returns why a caller is
 * refused; undefined lets it through.
 *
 * A page of another origin is known by its Origin header, or by `Sec-Fetch-Site` where browsers send no Origin. A page whose own name
 * was pointed at this machine (DNS rebinding) counts as the same origin in the browser, and is known by that name in Host.
 */
export function createAdminGuard({
  boundTo,
  adminHosts = [],
}: GuardOptions): (headers: CallerHeaders) => string | undefined {
  const names = new Set([boundTo, ...adminHosts].map((name) => bare(name.toLowerCase())));
  const isWildcard = WILDCARDS.includes(bare(boundTo));
  const isOurs = (name: string) =>
    // An address, unlike a name, is the same machine for every page.
    names.has(name) || isLoopback(name) || (isWildcard && isIP(name) !== 0);
  return ({ host, origin, 'sec-fetch-site': site }) => {
    const name = host === undefined ? undefined : hostName(host);
    if (name === undefined || !isOurs(name)) {
      return `the admin endpoints answer under a loopback name or the host that the simulator was bound to, not under ${JSON.stringify(host ?? '')}; other names go into the option adminHosts`;
    }
    if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`)
      return `a page of ${JSON.stringify(origin)} may not use the admin endpoints`;
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return 'a page of another origin may not use the admin endpoints';
    return undefined;
  };
}

/** Whether a name means this machine everywhere: browsers resolve `localhost` and names under it themselves. */
function isLoopback(name: string): boolean {
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}

/** The name or address in a Host header, without port and brackets; undefined when it is malformed. */
function hostName(host: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host.toLowerCase()) ?? [];
  return name === undefined ? undefined : bare(name);
}

function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}
