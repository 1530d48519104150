import type { AppEvent } from './app-event-store.ts';
import type { CustomEvent, EventDefinition, EventDefinitionOptions } from './custom-event-store.ts';
import { defineEvent } from './custom-events.ts';
import type { Portal } from './portal.ts';
import { recordTimeline, type TimelineEntry } from './record-timeline.ts';

/** The part of a simulator that shows what happened outside and was told to the portal. */
export interface EventControls {
  /** Adds a kind of custom event; its full name is `pe{portal id}_{name}`. Throws when it is invalid. */
  defineEvent(definition: EventDefinitionOptions): EventDefinition;
  /** Those that count, in order of arrival; of one kind by its full name, or of all. */
  customEvents(eventName?: string): CustomEvent[];
  /** What apps put on timelines, in order of arrival; of one app or of all. */
  appEvents(appId?: number): AppEvent[];
  /** What happened to a record, newest first, the newest 200; undefined when there is none. Follows merges. */
  timeline(type: string, id: string): TimelineEntry[] | undefined;
}

export function createEventControls(portal: Portal): EventControls {
  return {
    defineEvent: (definition) => defineEvent(portal, definition, portal.clock.now()),
    appEvents: (appId) =>
      portal.appEvents.events().filter((event) => appId === undefined || event.appId === appId),
    timeline(type, id) {
      portal.schedule.runDue();
      const record = portal.objects(type).store.get(id);
      return record && recordTimeline(portal, record);
    },
    customEvents: (eventName) =>
      portal.customEvents
        .events()
        .filter((event) => eventName === undefined || event.eventName === eventName),
  };
}
