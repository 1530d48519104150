export * from './config/index.ts';
export { ERROR_CODES, type ErrorCode, SpokeError } from './errors.ts';
export * from './mapping/index.ts';
export {
  type Mirror,
  type OpenMirrorOptions,
  openMirror,
  type SyncObjectsOptions,
  type SyncOptions,
} from './open-mirror.ts';
export type { RedriveFilter, RedriveMode, RedriveOptions } from './outbox/redrive-request.ts';
export type { TrackOptions } from './outbox/track.ts';
export type { RecordedReceipt, RefusedReceipt, TrackReceipt } from './outbox/track-receipt.ts';
export type { EnqueueOptions, EnqueueReceipt } from './records/enqueue.ts';
export type { EventOutcome, WaitOptions } from './records/event-outcome.ts';
export type { FileUpload } from './records/file-upload.ts';
export type { RecordFunctions, RecordOptions } from './records/record-functions.ts';
export type { CompanyName, ContactName, DealName, RecordName, UniqueName } from './records/record-names.ts';
export type { FieldValue, NewDeal, Submission } from './records/submission.ts';
export { createSpoke, type RedriveFilterOf, type Spoke, type SpokeOptions } from './spoke.ts';
