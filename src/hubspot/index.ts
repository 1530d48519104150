export type { Account, AccountDetails, DailyUsage, TokenInfo } from './account.ts';
export { type ActivityCapability, type ActivityKind, activityCapabilities } from './activity-capabilities.ts';
export {
  APP_EVENTS_VERSION,
  type AppEvent,
  type AppEventOutcome,
  type AppEvents,
  appEventOutcome,
} from './app-events.ts';
export type { AssociationLabels, NewAssociationLabel } from './association-labels.ts';
export { type AssociationOutcome, associationOutcomes, type LinkedPair } from './association-outcomes.ts';
export {
  type AssociationInput,
  type Associations,
  type AssociationsRead,
  type LinkEnds,
  type LinksToRemove,
  MAX_ASSOCIATION_INPUTS,
  type NewLink,
} from './associations.ts';
export { type BatchAnswer, type BatchError, type BatchResult, parseBatchAnswer } from './batch-answer.ts';
export { createHubspotClient, type HubspotClient, type HubspotClientOptions } from './client.ts';
export {
  type Consent,
  type ConsentBatch,
  type ConsentChange,
  type ConsentState,
  type ConsentStatus,
  type LegalBasis,
  parseConsentStatuses,
  type SubscriptionDefinition,
} from './consent.ts';
export type {
  CustomEvent,
  CustomEvents,
  EventDefinition,
  NewEventDefinition,
  SentEvents,
} from './custom-events.ts';
export { type ErrorAnswer, parseErrorAnswer } from './error-answer.ts';
export { type EventRecord, MAX_EVENT_INPUTS } from './event-record.ts';
export type { Exchange, Fault, FaultReason, Flaw, Reply } from './exchange.ts';
export { expectBody } from './expect.ts';
export { type CallMeaning, expectTaken } from './expect-taken.ts';
export { type FormDefinition, type ReadSubmission, submissionKey } from './form-reading.ts';
export {
  type FormConsent,
  type FormFault,
  type FormField,
  type FormSubmission,
  parseFormFaults,
} from './form-submission.ts';
export type { FormAnswer, Forms, FormTarget, ReadSubmissionsOptions } from './forms.ts';
export {
  advanceRound,
  type IncrementalRound,
  type IncrementalSettings,
  startRound,
  type Watermarks,
} from './incremental.ts';
export {
  type AssociationCategory,
  type AssociationLabel,
  type AssociationTypeRef,
  type Link,
  type LinkType,
  parseLink,
} from './link.ts';
export {
  type ListFilter,
  type Lists,
  MAX_MEMBER_CHANGES,
  type Member,
  type MemberChange,
  type MemberOrder,
  type MembersChanged,
  type Membership,
  type NewList,
  type ProcessingType,
  parseList,
  parseMember,
  parseMembersChanged,
  parseMemberships,
  type RecordList,
} from './lists.ts';
export { maskPersonal } from './mask-personal.ts';
export { advanceScan, type ModifiedScan, type ScanStep, scanSearch, startScan } from './modified-scan.ts';
export {
  type AuthorizeRequest,
  authorizeUrl,
  createOAuthApp,
  type OAuthApp,
  type OAuthAppOptions,
  type OAuthGrant,
  type OAuthTokenKind,
  type OAuthTokenState,
} from './oauth.ts';
export { type OAuthTokenOptions, type RefreshTokenStore, tokenFromOAuth } from './oauth-token.ts';
export type {
  Activity,
  ActivityOperations,
  LinkEnd,
  TimelineRecord,
} from './operations/activity-operations.ts';
export type { ContactOperations, CreateContactOptions } from './operations/contact-operations.ts';
export type { CreateDealOptions, DealFields, DealOperations, NewDeal } from './operations/deal-operations.ts';
export type { FoundContact } from './operations/find-contact.ts';
export { createOperations, type Operations } from './operations/operations.ts';
export type { ContactKey, RecordKey, UniqueKey } from './operations/record-key.ts';
export type { PropertyInputs } from './operations/wire-properties.ts';
export type { WrittenRecord } from './operations/written-record.ts';
export { type Owner, type Owners, parseOwner } from './owners.ts';
export { type Page, parsePage } from './page.ts';
export type { Parsed } from './parsed.ts';
export { API_VERSION, type ListQuery, type OwnerQuery, type PageQuery, type RecordQuery } from './paths.ts';
export {
  type NewPipeline,
  type NewStage,
  type Pipeline,
  type Pipelines,
  parsePipeline,
  parseStage,
  type Stage,
} from './pipelines.ts';
export type { PropertyError } from './problem.ts';
export {
  type NewProperty,
  type NewPropertyGroup,
  type Properties,
  type PropertyChange,
  type PropertyDefinition,
  type PropertyGroup,
  type PropertyOption,
  parseProperty,
} from './properties.ts';
export { parseRateHeaders, type RateHeaders } from './rate-headers.ts';
export type { ReadOptions } from './read-answer.ts';
export { type HubspotRecord, type InlineLinks, type PropertyVersion, parseRecord } from './record.ts';
export {
  createRecordScans,
  type ListScanOptions,
  type RecordScans,
  type ScanPage,
  type SearchScanOptions,
} from './record-scans.ts';
export {
  type BatchCreateInput,
  type BatchReadRequest,
  type BatchUpdateInput,
  type BatchUpsertInput,
  type CallOptions,
  createRecords,
  MAX_BATCH_INPUTS,
  type NewAssociation,
  type NewRecord,
  type Records,
  type WireProperties,
} from './records.ts';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
export { type ReadFailure, type RetryPolicy, type RetryReadsOptions, retryReads } from './retry-reads.ts';
export type { ObjectSchema, PropertyLimits, PropertyRules, Schemas } from './schemas.ts';
export {
  MAX_SEARCH_RESULTS,
  modifiedProperty,
  type SearchFilter,
  type SearchFilterGroup,
  type SearchRequest,
} from './search.ts';
export { type Chunk, sendInChunks } from './send-in-chunks.ts';
export {
  type Agreement,
  type ConsentDecision,
  decideConsent,
  type SubscribeResult,
  subscribe,
} from './subscribe.ts';
export { type TokenSource, tokenFromEnvironment, tokenFromFile, tokenFromText } from './token.ts';
export {
  createTransport,
  type Transport,
  type TransportOptions,
  type TransportRequest,
} from './transport.ts';
export {
  parseWebhookEvents,
  sortByOccurrence,
  type WebhookEvent,
  type WebhookEvents,
  webhookEventKey,
} from './webhook-events.ts';
export {
  type SignatureCheck,
  type SignatureFlaw,
  type SignatureVerdict,
  type SignatureVersion,
  type SignedRequest,
  verifyWebhookSignature,
} from './webhook-signature.ts';
