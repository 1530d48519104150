import type { Route } from '../router.ts';

const READ_SUBSCRIPTIONS = [['developer.webhooks_journal.subscriptions.read']];
const WRITE_SUBSCRIPTIONS = [['developer.webhooks_journal.subscriptions.write']];

/** A route of the webhooks journal's subscriptions, which have a budget of their own. */
export function subscribing(method: Route['method'], pattern: string, handle: Route['handle']): Route {
  const access = method === 'GET' ? 'read' : 'write';
  return {
    method,
    area: 'webhooks-journal/subscriptions',
    pattern,
    versions: ['2026-03', '2026-09'],
    access,
    budget: 'journal-subscriptions',
    scopes: () => (access === 'read' ? READ_SUBSCRIPTIONS : WRITE_SUBSCRIPTIONS),
    handle,
  };
}
