import type { CustomEvent, EventDefinition, EventDefinitionOptions } from './custom-event-store.ts';
import { defineEvent } from './custom-events.ts';
import type { Portal } from './portal.ts';

/** The part of a simulator that shows what happened outside and was told to the portal. */
export interface EventControls {
  /** Adds a kind of custom event; its full name is `pe{portal id}_{name}`. Throws when it is invalid. */
  defineEvent(definition: EventDefinitionOptions): EventDefinition;
  /** Those that count, in order of arrival; of one kind by its full name, or of all. */
  customEvents(eventName?: string): CustomEvent[];
}

export function createEventControls(portal: Portal): EventControls {
  return {
    defineEvent: (definition) => defineEvent(portal, definition, portal.clock.now()),
    customEvents: (eventName) =>
      portal.customEvents
        .events()
        .filter((event) => eventName === undefined || event.eventName === eventName),
  };
}
