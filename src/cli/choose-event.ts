import type { SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import { eventsOf } from '../mapping/forms/form-event.ts';
import { usageError } from './command.ts';

export interface ChosenEvent {
  readonly type: string;
  readonly payload: unknown;
}

/** The event of a command line: its payload, or the sample of its type; without a type the first one that has a sample. */
export function chooseEvent(
  config: SpokeConfig,
  type: string | undefined,
  payload: string | undefined,
  option: string,
): ChosenEvent {
  const events = eventsOf(config);
  const names = Object.keys(events);
  const byAlias = names.find((name) => events[name]?.aliases?.includes(type ?? ''));
  const chosen = type ?? names.find((name) => events[name]?.sample !== undefined);
  if (chosen === undefined) throw usageError(`No event of the config has a sample: give TYPE and ${option}.`);
  const definition = events[Object.hasOwn(events, chosen) ? chosen : (byAlias ?? '')];
  if (definition === undefined)
    throw usageError(`The config defines no event ${JSON.stringify(chosen)}.${suggestion(chosen, names)}`);
  if (payload === undefined && definition.sample === undefined)
    throw usageError(`The event ${chosen} has no sample in the config: give ${option}.`);
  try {
    return { type: chosen, payload: payload === undefined ? definition.sample : JSON.parse(payload) };
  } catch {
    throw usageError(`${option} is not JSON.`);
  }
}
