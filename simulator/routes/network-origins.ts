import { badRequest } from '../api-error.ts';
import { type Call, queryList } from '../call.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { anyToken } from './scopes.ts';

interface Origin {
  cidr: string;
  direction: 'INGRESS' | 'EGRESS';
  service: 'EMAIL' | 'API' | 'DNS' | 'WEB_SCRAPING';
  description: string;
}

/** Loopback is where the simulator's own webhooks come from; the rest are addresses that are never in use. */
const ORIGINS: readonly Origin[] = [
  { cidr: '127.0.0.0/8', direction: 'EGRESS', service: 'API', description: 'Webhooks of the simulator' },
  { cidr: '::1/128', direction: 'EGRESS', service: 'API', description: 'Webhooks of the simulator' },
  { cidr: '192.0.2.0/24', direction: 'EGRESS', service: 'EMAIL', description: 'Outgoing email' },
  { cidr: '198.51.100.0/24', direction: 'EGRESS', service: 'WEB_SCRAPING', description: 'Web crawling' },
  { cidr: '203.0.113.0/25', direction: 'EGRESS', service: 'DNS', description: 'External DNS' },
  { cidr: '203.0.113.128/25', direction: 'INGRESS', service: 'API', description: 'API' },
];

/** Where HubSpot's own calls come from. */
export const networkOriginRoutes: readonly Route[] = [
  { pattern: 'ip-ranges', handle: list },
  { pattern: 'ip-ranges/simple', handle: listSimple },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'network-origins',
      versions: ['2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: anyToken,
    }) as Route,
);

function list(call: Call): Reply {
  return ok({ results: wanted(call) });
}

function listSimple(call: Call): Reply {
  return {
    status: 200,
    text: `${wanted(call)
      .map(({ cidr }) => cidr)
      .join('\n')}\n`,
  };
}

function wanted({ query }: Call): Origin[] {
  const directions = choice(query, 'direction');
  const services = choice(query, 'service');
  return ORIGINS.filter(({ direction, service }) => directions(direction) && services(service));
}

/** Whether a value is among those that the query asks for; without a question every one is. */
function choice(query: URLSearchParams, name: 'direction' | 'service'): (value: string) => boolean {
  const asked = queryList(query, name);
  const known = new Set<string>(ORIGINS.map((origin) => origin[name]));
  const wrong = asked.find((each) => !known.has(each));
  if (wrong !== undefined) throw badRequest(`${name} is one of ${[...known].join(', ')}, was ${wrong}`);
  return (value) => asked.length === 0 || asked.includes(value);
}
