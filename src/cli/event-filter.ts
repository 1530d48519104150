import type { Command } from 'commander';
import { EVENT_STATES, type EventFilter } from '../outbox/event-filter.ts';
import { oneOf, timeOf, wholeNumber } from './arguments.ts';
import { usageError } from './command.ts';

export interface FilterArguments {
  state?: string;
  type?: string[];
  code?: string[];
  record?: string;
  since?: string;
  until?: string;
  endedSince?: string;
  endedUntil?: string;
}

export function withFilter(command: Command, states: readonly string[] = EVENT_STATES): Command {
  return command
    .option('--state <state>', states.join(', '))
    .option('--type <type>', 'event type; again for several', collect)
    .option('--code <code>', 'code of the last error; again for several', collect)
    .option('--record <key>', 'record key, for example contacts:email:ada@example.com')
    .option('--since <time>', 'recorded at or after, ISO 8601')
    .option('--until <time>', 'recorded before, ISO 8601')
    .option('--ended-since <time>', 'delivered, dead or cancelled at or after, ISO 8601')
    .option('--ended-until <time>', 'delivered, dead or cancelled before, ISO 8601');
}

/** What the options choose; nothing given is every event. Throws USAGE_INVALID. */
export function filterOf(ids: readonly string[], options: FilterArguments): EventFilter {
  return {
    ...(ids.length > 0 ? { ids: ids.map((id) => eventId(id)) } : {}),
    ...(options.state === undefined ? {} : { state: oneOf('--state', options.state, EVENT_STATES) }),
    ...(options.type === undefined ? {} : { types: options.type }),
    ...(options.code === undefined ? {} : { codes: options.code }),
    ...(options.record === undefined ? {} : { recordKey: options.record }),
    ...(options.since === undefined ? {} : { since: timeOf('--since', options.since) }),
    ...(options.until === undefined ? {} : { until: timeOf('--until', options.until) }),
    ...(options.endedSince === undefined ? {} : { endedSince: timeOf('--ended-since', options.endedSince) }),
    ...(options.endedUntil === undefined ? {} : { endedUntil: timeOf('--ended-until', options.endedUntil) }),
  };
}

/** For commands that change events: they never mean everything by default. */
export function filterOrAll(
  ids: readonly string[],
  options: FilterArguments & { all?: boolean },
): EventFilter {
  const filter = filterOf(ids, options);
  const given = Object.keys(filter).length > 0;
  if (!given && !options.all)
    throw usageError('Name ids, give a filter such as --type or --code, or say --all.');
  if (given && options.all) throw usageError('--all means every event: leave it out beside ids and filters.');
  return filter;
}

export function eventId(text: string): number {
  return wholeNumber('ID', text, 1);
}

function collect(name: string, before: string[] = []): string[] {
  return [...before, name];
}
