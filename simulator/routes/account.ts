import type { Call } from '../call.ts';
import { offsetMinutes } from '../daily-counter.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { anyToken } from './scopes.ts';

const MS_PER_MINUTE = 60_000;

/** What the portal tells about itself and its budget. */
export const accountRoutes: readonly Route[] = [
  { pattern: 'details', handle: details },
  { pattern: 'api-usage/daily/private-apps', handle: dailyUsage },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'account-info',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: anyToken,
    }) as Route,
);

function details(call: Call): Reply {
  const { account, createdAt } = call.portal;
  const minutes = offsetMinutes(account.timeZone, call.now);
  const body = {
    portalId: account.portalId,
    accountType: account.accountType,
    timeZone: account.timeZone,
    companyCurrency: account.companyCurrency,
    additionalCurrencies: [],
    utcOffset: offsetText(minutes),
    utcOffsetMilliseconds: minutes * MS_PER_MINUTE,
    uiDomain: account.uiDomain,
    dataHostingLocation: account.dataHostingLocation,
  };
  // Both fields are new in 2026-09.
  if (call.version !== '2026-09') return ok(body);
  return ok({ ...body, portalName: account.portalName, createdAt: new Date(createdAt).toISOString() });
}

/** Usage is of the whole portal: the daily budget is shared by all apps. */
function dailyUsage(call: Call): Reply {
  const { usageAgeMs } = call.portal.behaviour;
  const { used, limit, resetsAt, collectedAt } = call.limiter.collectedUsage(call.now, usageAgeMs);
  return ok({
    results: [
      {
        name: 'private-apps-api-calls-daily',
        usageLimit: limit ?? 1_000_000,
        currentUsage: used,
        collectedAt: call.portal.iso(collectedAt),
        fetchStatus: 'SUCCESS',
        resetsAt: new Date(resetsAt).toISOString(),
      },
    ],
  });
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
