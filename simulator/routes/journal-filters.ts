import { z } from 'zod';
import { badRequest, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import type { KeptFilter } from '../change-journal.ts';
import { createJournalTest, journalFilterSchema } from '../journal-filters.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { subscribing } from './journal-routes.ts';

const createSchema = z.object({ subscriptionId: z.coerce.number().int(), filter: journalFilterSchema });

/** Filters that narrow what the webhooks journal tells of a subscription. */
export const journalFilterRoutes: readonly Route[] = [
  subscribing('POST', 'filters', create),
  subscribing('GET', 'filters/subscription/:subscriptionId', list),
  subscribing('GET', 'filters/:filterId', read),
  subscribing('DELETE', 'filters/:filterId', remove),
];

function create(call: Call): Reply {
  const parsed = createSchema.safeParse(jsonObject(call));
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  const { subscriptionId, filter } = parsed.data;
  const { changeJournal } = call.portal;
  const { subscriptionType, objectTypeId, portalId } = subscriptionOf(call, subscriptionId);
  if (subscriptionType !== 'OBJECT' || objectTypeId === undefined)
    throw badRequest(
      `Subscription ${subscriptionId} is not about the records of one type: it takes no filter`,
    );
  // The portal of the subscription, not the one whose token asks: it may have properties of its own.
  createJournalTest(filter, objectTypeId, changeJournal.portal(portalId) ?? call.portal);
  call.effects.applied += 1;
  return created({ filterId: changeJournal.addFilter(subscriptionId, filter, call.now).id });
}

function list(call: Call): Reply {
  const id = Number(param(call, 'subscriptionId'));
  subscriptionOf(call, id);
  return ok(call.portal.changeJournal.filtersOf(id).map(show));
}

function read(call: Call): Reply {
  return ok(show(filterOf(call)));
}

function remove(call: Call): Reply {
  call.portal.changeJournal.removeFilter(filterOf(call).id);
  call.effects.applied += 1;
  return noContent;
}

function filterOf(call: Call): KeptFilter {
  const id = Number(param(call, 'filterId'));
  const { changeJournal } = call.portal;
  for (const subscription of changeJournal.subscriptionsOf(call.token.appId))
    for (const filter of changeJournal.filtersOf(subscription.id)) if (filter.id === id) return filter;
  throw notFound(`No filter ${id}`);
}

function subscriptionOf(call: Call, id: number) {
  const { changeJournal } = call.portal;
  const found = changeJournal.subscriptionsOf(call.token.appId).find((each) => each.id === id);
  if (!found) throw notFound(`No subscription ${id}`);
  return found;
}

function show({ id, filter, createdAt }: KeptFilter): Record<string, unknown> {
  return { id, filter, createdAt };
}
