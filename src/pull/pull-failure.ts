import { SpokeError } from '../errors.ts';

/**
 * What an error means for a reading.
 *
 * `end`: nothing will come until a person has set something right, and the run fails with it. `later`: HubSpot cannot be asked now;
 * the run ends incomplete. `denied`: the token may not read this object type or these lists; others may be read. `here`: this answer was
 * not usable, others may be; the reading goes on behind the place.
 */
export type PullFailure = 'end' | 'later' | 'denied' | 'here';

const LATER = new Set(['HUBSPOT_UNREACHABLE', 'HUBSPOT_RATE_LIMITED']);

export function pullFailure(error: unknown): PullFailure {
  if (!(error instanceof SpokeError)) return 'end';
  const { status } = error.facts;
  if (error.code === 'HUBSPOT_UNEXPECTED') return 'here';
  if (error.code === 'HUBSPOT_FORBIDDEN') return 'denied';
  if (error.code === 'HUBSPOT_UNREACHABLE' && typeof status === 'number') return 'here';
  return LATER.has(error.code) ? 'later' : 'end';
}

/** For reports: the code and what it says, which is free of secrets and personal data. */
export function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof SpokeError) return { code: error.code, message: error.message };
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}
