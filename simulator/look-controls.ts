import { type BrowsePage, type BrowseQuery, browseRecords } from './browse.ts';
import type { JournalTail } from './journal.ts';
import { detailList, type ListDetail } from './list-detail.ts';
import type { PortalUnit } from './portal-unit.ts';
import { type PulseSecond, pulse } from './pulse.ts';
import { detailRecord, type RecordDetail } from './record-detail.ts';
import { createRequestFilter, type RequestFilter } from './request-filter.ts';

const DEFAULT_REQUESTS = 100;
const MAX_REQUESTS = 1_000;
const DEFAULT_PULSE_SECONDS = 60;
const MAX_PULSE_SECONDS = 600;

/** One portal as people look at it; the page shows this. */
export interface LookControls {
  /** Records newest first, searched in all values; a bounded piece of work for each call. */
  browse(type: string, query?: BrowseQuery): BrowsePage;
  /** A record with definitions, links and timeline. */
  detail(type: string, id: string): RecordDetail | undefined;
  /** A list with a page of its members; deleted ones too. */
  listDetail(id: string, page?: { skip?: number; limit?: number }): ListDetail | undefined;
  /** Requests that fit a filter, newest first, up to 1,000 (default 100) below number `before`. */
  requests(filter?: RequestFilter, page?: { before?: number; limit?: number }): JournalTail;
  /** Requests of each of the last so many seconds (default 60, at most 600), oldest first. */
  pulse(seconds?: number): PulseSecond[];
}

export function createLookControls({ portal, journal }: PortalUnit): LookControls {
  return {
    browse(type, query) {
      portal.schedule.runDue();
      return browseRecords(portal, type, query);
    },
    detail(type, id) {
      portal.schedule.runDue();
      return detailRecord(portal, type, id);
    },
    listDetail(id, page) {
      portal.schedule.runDue();
      return detailList(portal, id, page);
    },
    requests: (filter = {}, { before = Number.POSITIVE_INFINITY, limit = DEFAULT_REQUESTS } = {}) =>
      journal.tail({ before, limit: Math.min(limit, MAX_REQUESTS), accept: createRequestFilter(filter) }),
    pulse: (seconds = DEFAULT_PULSE_SECONDS) =>
      pulse(journal.newestFirst(), portal.clock.now(), Math.min(seconds, MAX_PULSE_SECONDS)),
  };
}
