/** Whom an event is about: one of these. */
export type EventRecord =
  | { readonly objectId: string }
  | { readonly email: string }
  /** HubSpot's tracking cookie of a visitor. */
  | { readonly utk: string };

/** HubSpot refuses a batch of more events. */
export const MAX_EVENT_INPUTS = 500;

/** The events in lists that one call takes. */
export function eventChunks<T>(events: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < events.length; start += MAX_EVENT_INPUTS)
    chunks.push(events.slice(start, start + MAX_EVENT_INPUTS));
  return chunks;
}
