/** Which pages of other origins may send forms and read the answers. */
export interface Origins {
  /** What a request's `origin` header says; `host` is that of the request. Without a list no page is foreign. */
  judge(origin: string | undefined, host: string | undefined): 'own' | 'foreign' | 'unknown';
  /** The `access-control-allow-origin` for it; undefined for one that is not listed. */
  allow(origin: string | undefined): string | undefined;
  /** Whether answers differ by origin, and caches have to know. */
  readonly varies: boolean;
  /** Where to go after a post without script: a path of the own origin, or an address of a listed one; undefined for all else. */
  next(given: unknown): string | undefined;
}

const ANY = '*';
/** Only to read a path with; nothing is sent to it. */
const OWN = 'http://own.invalid';
const MAX_NEXT = 2_000;

/** `list`: exact origins (`https://www.example.com`), or `*` for any; default none. `publicUrl`: this server's own, where a proxy changes the host. */
export function originsOf(list: readonly string[] = [], publicUrl?: string): Origins {
  const self = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  const listed = new Set(list.filter((origin) => origin !== ANY).map((origin) => new URL(origin).origin));
  const any = list.includes(ANY);
  return {
    judge(origin, host) {
      // `null` is what a page with a strict referrer policy sends when it posts a form.
      if (origin === undefined || origin === 'null') return 'unknown';
      if (any || listed.has(origin) || origin === self) return 'own';
      if (URL.canParse(origin) && new URL(origin).host === host) return 'own';
      return listed.size === 0 ? 'unknown' : 'foreign';
    },
    allow(origin) {
      if (any) return ANY;
      return origin !== undefined && listed.has(origin) ? origin : undefined;
    },
    varies: !any,
    next(given) {
      if (typeof given !== 'string' || given === '' || given.length > MAX_NEXT) return undefined;
      if (!URL.canParse(given, OWN)) return undefined;
      const { origin, pathname, search, hash, href, username, password } = new URL(given, OWN);
      // Written anew from its parts: `//evil.example` and `/\evil.example` are addresses of another host, and `/.//evil.example`
      // becomes one once its dots are gone.
      if (origin === OWN)
        return given.startsWith('/') && !pathname.startsWith('//')
          ? `${pathname}${search}${hash}`
          : undefined;
      return listed.has(origin) && username === '' && password === '' ? href : undefined;
    },
  };
}
