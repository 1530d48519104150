import pico from 'picocolors';
import type { Demo, DemoCounts } from './demo-run.ts';

export interface Rates {
  /** Events a second. */
  readonly recorded: number;
  readonly delivered: number;
}

type Told = Pick<DemoCounts, 'recorded' | 'delivered'>;

/** Rates shown are those of the last so many looks: one look alone jumps. */
const LOOKS = 10;

/** Events a second over the last looks; the first look tells nothing yet. */
export function createRates(): (counts: Told, at: number) => Rates {
  const looks: { counts: Told; at: number }[] = [];
  return (counts, at) => {
    looks.push({ counts, at });
    if (looks.length > LOOKS) looks.shift();
    const first = looks[0] ?? { counts, at };
    const seconds = Math.max((at - first.at) / 1_000, 0.001);
    return {
      recorded: (counts.recorded - first.counts.recorded) / seconds,
      delivered: (counts.delivered - first.counts.delivered) / seconds,
    };
  };
}

/** The live summary: fits 80 columns up to six-digit figures. */
export function demoLine(counts: DemoCounts, rates: Rates, color: boolean): string {
  const { green, red } = pico.createColors(color);
  return [
    `${counts.recorded} recorded ${rates.recorded.toFixed(1)}/s`,
    green(`${counts.delivered} delivered ${rates.delivered.toFixed(1)}/s`),
    `${counts.waiting} waiting`,
    ...(counts.dead > 0 ? [red(`${counts.dead} dead`)] : []),
    `${counts.calls} calls`,
    ...(counts.http429 > 0 ? [red(`${counts.http429} × 429`)] : []),
  ].join(' · ');
}

/** What there is to see. The journal and the records hold made-up people only. */
export function demoWelcome(url: string, { api, websiteUrl }: Pick<Demo, 'api' | 'websiteUrl'> = {}): string {
  const events =
    api === undefined
      ? ''
      : `
  Its events           curl -s '${api.url}/api/events?limit=3' -H 'authorization: Bearer ${api.key}'
  The contacts, read   curl -s '${api.url}/api/integrations/hubspot/contacts?limit=3' -H 'authorization: Bearer ${api.key}'
  back into Postgres   curl -s '${api.url}/api/integrations/hubspot/sync/stats' -H 'authorization: Bearer ${api.key}'`;
  const website =
    websiteUrl === undefined
      ? ''
      : `
  Fill in a form       ${websiteUrl}/`;
  return `
Spoke demo: an example application records events in its own transactions,
and a worker brings them to a HubSpot portal simulated on this machine.

  Look at the portal   ${url}/_simulator/ui/${website}

  Its state            curl -s ${url}/_simulator/state
  Its contacts         curl -s '${url}/_simulator/records/contacts?limit=3'
  Its deals            curl -s '${url}/_simulator/records/deals?limit=3'
  Its notes            curl -s '${url}/_simulator/records/notes?limit=3'
  Calls it received    curl -s '${url}/_simulator/journal?limit=5'

  Let it misbehave     curl -s ${url}/_simulator/faults -d \\
    '[{"at":"after-apply","do":"status","status":502,"probability":0.3}]'
  Let it behave        curl -s -X DELETE ${url}/_simulator/faults

  The application      examples/rewards-app${events}

Ctrl-C ends it; nothing is left behind.
`;
}

/** The last word, of a fixed run as after Ctrl-C. */
export function demoSummary(counts: DemoCounts, startedAt: number): string {
  const { events, delivered, dead, seconds, first_delivered_seconds: first } = demoJson(counts, startedAt);
  const waiting = counts.waiting > 0 ? `, ${counts.waiting} waiting` : '';
  return `Events   ${events} recorded, ${delivered} delivered, ${dead} dead${waiting}
Portal   ${counts.contacts} contacts, ${counts.companies} companies, ${counts.deals} deals, ${counts.notes} notes
Calls    ${counts.calls}, of which ${counts.http429} were refused for the rate limit (429)
Time     ${seconds} s${first === null ? '' : `, the first event delivered after ${first} s`}`;
}

/** The one object of `--json`. */
export function demoJson(counts: DemoCounts, startedAt: number) {
  const { recorded, delivered, dead, contacts, companies, deals, notes, calls, http429, firstDeliveredAt } =
    counts;
  return {
    events: recorded,
    delivered,
    dead,
    contacts,
    companies,
    deals,
    notes,
    calls,
    http_429: http429,
    first_delivered_seconds: firstDeliveredAt === null ? null : round((firstDeliveredAt - startedAt) / 1_000),
    seconds: round((performance.now() - startedAt) / 1_000),
  };
}

const round = (seconds: number) => Math.round(seconds * 100) / 100;
