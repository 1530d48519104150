export * from './config/index.ts';
export { ERROR_CODES, type ErrorCode, SpokeError } from './errors.ts';
export * from './mapping/index.ts';
export type { RedriveFilter, RedriveMode, RedriveOptions } from './outbox/redrive-request.ts';
export type { TrackOptions } from './outbox/track.ts';
export type { RecordedReceipt, RefusedReceipt, TrackReceipt } from './outbox/track-receipt.ts';
export { createSpoke, type RedriveFilterOf, type Spoke, type SpokeOptions } from './spoke.ts';
