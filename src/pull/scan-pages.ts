import { SpokeError } from '../errors.ts';
import { compareIds } from '../hubspot/parsed.ts';
import type { ScanPage } from '../hubspot/record-scans.ts';
import type { PullTools } from './pull-tools.ts';
import { asInput } from './read-current.ts';
import { firstLiveFrom, type StreamRange } from './scan-ranges.ts';
import type { Scan, Stream } from './scans.ts';
import type { ScannedPage } from './write-page.ts';

interface PageOptions {
  readonly signal: AbortSignal;
  readonly pageSize?: number;
  /** Ask for the next page before the last is handed out. */
  readonly ahead: boolean;
}

/**
 * The pages of a stream. An end that HubSpot gives is taken for one only
 * when search shows nothing behind it: an answer may be empty by mistake, and whole ranges would be missing without a word.
 *
 * Raises what the client raises, and HUBSPOT_UNEXPECTED for a list out of order or one that ends too early.
 */
export async function* scanPages(
  tools: PullTools,
  scan: Scan,
  { afterId, toId }: Stream,
  options: PageOptions,
): AsyncGenerator<ScannedPage, void> {
  const { objectType } = scan;
  const asMirror = asInput(scan.properties);
  for (let fromId = afterId; ; ) {
    let resumed: string | undefined;
    for await (const { readAt, page } of listFrom(tools, scan, { fromId, toId }, options)) {
      const highest = idsOf(page).at(-1);
      let end = page.after === undefined || highest === undefined ? null : next(highest);
      if (end === null) {
        const behind = highest === undefined ? fromId : next(highest);
        resumed = await firstLiveFrom(tools, objectType, behind, toId, options.signal);
        if (resumed !== undefined && highest === undefined && resumed === fromId)
          throw unexpected(objectType, `ends before ${fromId}, which is there`);
        end = resumed ?? null;
      }
      const last = end === null || (toId !== null && compareIds(end, toId) >= 0);
      const upTo = last ? toId : end;
      yield {
        records: page.records
          .filter(({ id }) => compareIds(id, fromId) >= 0 && (upTo === null || compareIds(id, upTo) < 0))
          .map(asMirror),
        fromId,
        toId: upTo,
        readAt,
      };
      if (last || upTo === null) return;
      fromId = upTo;
    }
    if (resumed === undefined) return;
  }
}

/** Pages of the list from an id on, with the time before each was asked for. */
async function* listFrom(
  tools: PullTools,
  scan: Scan,
  { fromId, toId }: StreamRange,
  { signal, pageSize, ahead }: PageOptions,
): AsyncGenerator<{ readonly readAt: Date; readonly page: ScanPage & { readonly after?: string } }, void> {
  // The id before: whether `after` itself belongs to the page is not for a scan to depend on.
  const after = fromId === '0' ? undefined : String(BigInt(fromId) - 1n);
  const pages = tools.scans.listAll(scan.objectType, {
    ...tools.reading(signal),
    properties: scan.kind === 'sweep' ? ['hs_object_id'] : scan.properties,
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(after === undefined ? {} : { after }),
  });
  const ask = () => {
    const answer = (async () => ({ readAt: await tools.time.now(), result: await pages.next() }))();
    // It is awaited one page later; until then a failure is no unhandled one.
    answer.catch(() => undefined);
    return answer;
  };
  let least = after ?? '0';
  for (let coming = ask(); ; ) {
    const { readAt, result } = await coming;
    if (result.done) return;
    const page = result.value;
    checkOrder(scan.objectType, idsOf(page), least);
    least = idsOf(page).at(-1) ?? least;
    const more = page.after !== undefined && (toId === null || compareIds(next(least), toId) < 0);
    if (more && ahead) coming = ask();
    yield { readAt, page };
    if (!more) return;
    if (!ahead) coming = ask();
  }
}

const next = (id: string) => String(BigInt(id) + 1n);

/** Ids of a page in the order of the list, also those whose content was gone a moment later. */
function idsOf({ records, missing }: ScanPage): readonly string[] {
  const ids = records.map(({ id }) => id);
  return missing.length === 0 ? ids : [...ids, ...missing].sort(compareIds);
}

function checkOrder(objectType: string, ids: readonly string[], least: string): void {
  const ordered = ids.every((id, place) => compareIds(id, ids[place - 1] ?? least) >= (place === 0 ? 0 : 1));
  if (!ordered) throw unexpected(objectType, `is not in the order of the ids from ${least} on`);
}

function unexpected(objectType: string, problem: string): SpokeError {
  return new SpokeError('HUBSPOT_UNEXPECTED', `HubSpot's list of ${objectType} ${problem}.`, {
    facts: { objectType },
  });
}
