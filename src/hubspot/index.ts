export type { Account, AccountDetails, TokenInfo } from './account.ts';
export type { AssociationInput, Associations, AssociationsRead } from './associations.ts';
export { type BatchAnswer, type BatchError, type BatchResult, parseBatchAnswer } from './batch-answer.ts';
export { createHubspotClient, type HubspotClient, type HubspotClientOptions } from './client.ts';
export { type ErrorAnswer, parseErrorAnswer } from './error-answer.ts';
export type { Exchange, Fault, FaultReason, Flaw, Reply } from './exchange.ts';
export { expectBody } from './expect.ts';
export { type CallMeaning, expectTaken } from './expect-taken.ts';
export { maskPersonal } from './mask-personal.ts';
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
export { API_VERSION, type RecordQuery } from './paths.ts';
export type { PropertyError } from './problem.ts';
export type {
  NewProperty,
  NewPropertyGroup,
  Properties,
  PropertyDefinition,
  PropertyOption,
} from './properties.ts';
export { parseRateHeaders, type RateHeaders } from './rate-headers.ts';
export {
  type BatchCreateInput,
  type BatchReadRequest,
  type BatchUpdateInput,
  type BatchUpsertInput,
  type CallOptions,
  MAX_BATCH_INPUTS,
  type NewAssociation,
  type Records,
  type WireProperties,
} from './records.ts';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
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
