import type { Exchange } from './exchange.ts';
import { maskPersonal } from './mask-personal.ts';
import type { Page } from './page.ts';
import { misfit, type Parsed } from './parsed.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';

const MAX_CURSOR_SHOWN = 60;

/** How to get one list page by page. */
export interface Walk<T> {
  /** Completes "HubSpot's answer when asked to …", such as `list contacts`. */
  readonly what: string;
  readonly send: (after: string | undefined) => Promise<Exchange>;
  readonly parse: (body: unknown) => Parsed<Page<T>>;
  /** Where to begin; default the first page. */
  readonly after?: string;
  /** Results that a page has when another one follows. Without it shorter pages are followed. */
  readonly fullPage?: number;
}

/**
 * The pages of a list up to the last one, each with the cursor of the next. Never ends early and never runs for ever: a
 * page that is empty or too short although more are to come, a cursor that comes back, and a wrong shape raise
 * HUBSPOT_UNEXPECTED with the place, unless the retry policy gets a better answer.
 */
export async function* walkPages<T>(walk: Walk<T>, options: ReadOptions): AsyncGenerator<Page<T>, void> {
  const guard = createCursorGuard(walk.after);
  let { after } = walk;
  do {
    const from = after;
    const page = await readAnswer(
      {
        what: from === undefined ? walk.what : `${walk.what} from ${shown(from)} on`,
        send: () => walk.send(from),
        parse: (body) => {
          const parsed = walk.parse(body);
          if (!parsed.ok || parsed.value.after === undefined) return parsed;
          const count = parsed.value.results.length;
          if (walk.fullPage !== undefined && count < walk.fullPage)
            return misfit(
              `the page has ${count} of ${walk.fullPage} results although another one is to follow`,
            );
          return guard.isKnown(parsed.value.after)
            ? misfit('its cursor leads back to an earlier page')
            : parsed;
        },
      },
      options,
    );
    if (page.after !== undefined) guard.add(page.after);
    after = page.after;
    yield page;
  } while (after !== undefined);
}

/**
 * Notices a circle of cursors of any length with two remembered ones (Brent): the last, and one that is replaced after
 * 1, 2, 4, 8, … pages.
 */
function createCursorGuard(first: string | undefined) {
  let last = first;
  let kept = first;
  let sinceKept = 0;
  let keepFor = 1;
  return {
    isKnown: (cursor: string) => cursor === last || cursor === kept,
    add(cursor: string) {
      last = cursor;
      sinceKept += 1;
      if (sinceKept < keepFor) return;
      kept = cursor;
      sinceKept = 0;
      keepFor *= 2;
    },
  };
}

function shown(cursor: string): string {
  return maskPersonal(cursor, MAX_CURSOR_SHOWN);
}
