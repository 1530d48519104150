import { z } from 'zod';
import { ApiError, badRequest, notFound } from '../api-error.ts';
import { type Call, jsonObject, pageLimit, param } from '../call.ts';
import { type JournalFile, type JournalSubscription, journalSubscriptionSchema } from '../change-journal.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { subscribing } from './journal-routes.ts';
import { anyToken } from './scopes.ts';

const MAX_BATCH = 100;
const READ = [['developer.webhooks_journal.read']];

/** The webhooks journal: `journal` is all portals of the app, `journal-local` the one that `installPortalId` names. */
export const changeJournalRoutes: readonly Route[] = [
  ...(['webhooks-journal/journal', 'webhooks-journal/journal-local'] as const).flatMap((area) => [
    reading(area, 'earliest', (call) => one(call, filesOf(call, area)[0])),
    reading(area, 'latest', (call) => one(call, filesOf(call, area).at(-1))),
    reading(area, 'offset/:offset/next', (call) => one(call, after(call, area)[0])),
    reading(area, 'batch/earliest/:count', (call) => several(call, filesOf(call, area))),
    reading(area, 'batch/:offset/next/:count', (call) => several(call, after(call, area))),
  ]),
  subscribing('GET', '', list),
  subscribing('POST', '', subscribe),
  subscribing('DELETE', 'portals/:portalId', unsubscribePortal),
  subscribing('GET', ':subscriptionId', read),
  subscribing('DELETE', ':subscriptionId', unsubscribe),
  { ...reading('webhooks-journal/files', ':offset', file), auth: 'none', budget: 'none', scopes: anyToken },
];

function reading(area: Route['area'], pattern: string, handle: Route['handle']): Route {
  return {
    method: 'GET',
    area,
    pattern,
    versions: ['2026-03', '2026-09'],
    access: 'read',
    budget: 'journal',
    scopes: () => READ,
    handle,
  };
}

function filesOf(call: Call, area: Route['area']): JournalFile[] {
  const { changeJournal, account } = call.portal;
  const isLocal = area === 'webhooks-journal/journal-local';
  const portalId = Number(call.query.get('installPortalId') ?? account.portalId);
  return changeJournal.filesOf(call.token.appId, call.now, isLocal ? portalId : undefined);
}

/** Throws 404 for an offset that is unknown, or older than three days. */
function after(call: Call, area: Route['area']): JournalFile[] {
  const files = filesOf(call, area);
  const offset = param(call, 'offset');
  const place = files.findIndex((each) => each.offset === offset);
  if (place < 0) throw notFound(`The offset ${offset} is not in the journal`);
  return files.slice(place + 1);
}

function one(call: Call, found: JournalFile | undefined): Reply {
  return found ? ok(show(call, found)) : noContent;
}

function several(call: Call, files: readonly JournalFile[]): Reply {
  const count = pageLimit(new URLSearchParams({ limit: param(call, 'count') }), MAX_BATCH, MAX_BATCH);
  const results = files.slice(0, count).map((each) => show(call, each));
  return results.length > 0 ? ok({ results }) : noContent;
}

/** The address stands at the simulator itself, where HubSpot's would be at its storage. */
function show(call: Call, found: JournalFile): Record<string, unknown> {
  const { query, expiresAt } = call.portal.changeJournal.sign(found, call.now);
  return {
    url: `http://${call.headers.host ?? 'localhost'}/webhooks-journal/files/${call.version}/${found.offset}?${query}`,
    expiresAt: new Date(expiresAt).toISOString(),
    currentOffset: found.offset,
  };
}

function file(call: Call): Reply {
  const found = call.portal.changeJournal.signedFile(param(call, 'offset'), call.query, call.now);
  if (!found) throw new ApiError(403, 'The address is not valid, or no longer', { category: 'FORBIDDEN' });
  const { offset, publishedAt, journalEvents } = found;
  return ok({ offset, publishedAt: new Date(publishedAt).toISOString(), journalEvents });
}

function list(call: Call): Reply {
  return ok({ results: call.portal.changeJournal.subscriptionsOf(call.token.appId).map(showSubscription) });
}

function subscribe(call: Call): Reply {
  const parsed = journalSubscriptionSchema.safeParse(jsonObject(call));
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  call.effects.applied += 1;
  return created(showSubscription(call.portal.changeJournal.subscribe(call.token.appId, parsed.data)));
}

function read(call: Call): Reply {
  const id = Number(param(call, 'subscriptionId'));
  const found = call.portal.changeJournal.subscriptionsOf(call.token.appId).find((each) => each.id === id);
  if (!found) throw notFound(`No subscription ${id}`);
  return ok(showSubscription(found));
}

function unsubscribe(call: Call): Reply {
  const id = Number(param(call, 'subscriptionId'));
  const { appId } = call.token;
  const wasThere = call.portal.changeJournal.unsubscribe((each) => each.id === id && each.appId === appId);
  if (!wasThere) throw notFound(`No subscription ${id}`);
  call.effects.applied += 1;
  return noContent;
}

function unsubscribePortal(call: Call): Reply {
  const portalId = Number(param(call, 'portalId'));
  const { appId } = call.token;
  const { changeJournal } = call.portal;
  if (changeJournal.unsubscribe((each) => each.portalId === portalId && each.appId === appId))
    call.effects.applied += 1;
  return noContent;
}

function showSubscription({ id, appId, ...rest }: JournalSubscription): Record<string, unknown> {
  return { id: String(id), appId, ...rest };
}
