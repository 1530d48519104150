import { z } from 'zod';
import type { JournalEntry } from './journal.ts';

const STATUS_CLASSES = ['2xx', '3xx', '4xx', '429', '5xx', 'cut'] as const;

/** Classes of answers as a person asks for them; `cut`: no answer was finished. A 429 is a `4xx` too. */
export type StatusClass = (typeof STATUS_CLASSES)[number];

export const requestFilterSchema = z.strictObject({
  /** Part of method and path, of a fault's id, a worker's name or a trace id; without case. */
  text: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  status: z.enum(STATUS_CLASSES).optional(),
  /** Id of a token. */
  token: z.string().optional(),
  /** Only requests on which a fault was played. */
  faulted: z.stringbool().optional(),
  /** Only requests that changed the portal. */
  applied: z.stringbool().optional(),
});

export type RequestFilter = z.output<typeof requestFilterSchema>;

/** Whether a request of the journal fits all parts of a filter. */
export function createRequestFilter(filter: RequestFilter): (entry: JournalEntry) => boolean {
  const text = filter.text?.toLowerCase();
  return (entry) =>
    (filter.method === undefined || entry.method === filter.method) &&
    (filter.status === undefined || isOfClass(entry.status, filter.status)) &&
    (filter.token === undefined || entry.tokenId === filter.token) &&
    (filter.faulted === undefined || (entry.fault !== undefined) === filter.faulted) &&
    (filter.applied === undefined || entry.applied === filter.applied) &&
    (text === undefined || mentions(entry, text));
}

function isOfClass(status: number, wanted: StatusClass): boolean {
  if (wanted === 'cut') return status === 0;
  if (wanted === '429') return status === 429;
  return Math.floor(status / 100) === Number(wanted[0]);
}

function mentions(entry: JournalEntry, text: string): boolean {
  const parts = [`${entry.method} ${entry.path}`, entry.fault, entry.worker, ...(entry.traceIds ?? [])];
  return parts.some((part) => part?.toLowerCase().includes(text));
}
