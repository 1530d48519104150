import type { Command } from 'commander';
import { EVENT_STATES, type EventFilter } from '../outbox/events.ts';
import { oneOf, timeOf, wholeNumber } from './arguments.ts';
import { usageError } from './command.ts';

export interface FilterArguments {
  state?: string;
  type?: string;
  code?: string;
  record?: string;
  since?: string;
  until?: string;
}

export function withFilter(command: Command): Command {
  return command
    .option('--state <state>', EVENT_STATES.join(', '))
    .option('--type <type>', 'event type')
    .option('--code <code>', 'code of the last error')
    .option('--record <key>', 'record key, for example contacts:email:ada@example.com')
    .option('--since <time>', 'recorded at or after, ISO 8601')
    .option('--until <time>', 'recorded before, ISO 8601');
}

/** What the options choose; nothing given is every event. Throws USAGE_INVALID. */
export function filterOf(ids: readonly string[], options: FilterArguments): EventFilter {
  return {
    ...(ids.length > 0 ? { ids: ids.map((id) => eventId(id)) } : {}),
    ...(options.state === undefined ? {} : { state: oneOf('--state', options.state, EVENT_STATES) }),
    ...(options.type === undefined ? {} : { type: options.type }),
    ...(options.code === undefined ? {} : { code: options.code }),
    ...(options.record === undefined ? {} : { recordKey: options.record }),
    ...(options.since === undefined ? {} : { since: timeOf('--since', options.since) }),
    ...(options.until === undefined ? {} : { until: timeOf('--until', options.until) }),
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
