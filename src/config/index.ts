export {
  type AddsContext,
  type ConfigProblem,
  defineConfig,
  defineEvent,
  type EventContext,
  type EventDefinition,
  type EventDefinitions,
  type EventTypes,
  isSpokeConfig,
  type PayloadOf,
  type Priority,
  type SpokeConfig,
} from './define-config.ts';
export { readEnvironment, type Settings } from './environment.ts';
export type { FieldCode, FormTextCode } from './form-codes.ts';
export type {
  FieldDefinition,
  FieldType,
  FormChoice,
  FormDeal,
  FormDefinition,
  FormDefinitions,
  FormLegalBasis,
  FormOption,
  FormText,
  FormValue,
  FormValues,
} from './forms.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './load-config.ts';
export type { MirrorConfig, MirrorObject } from './mirror.ts';
export type { PortalDefinition } from './portal-definition.ts';
export type { PropertyRule, Rule, RuleValue } from './rule.ts';
export type { SegmentDefinition } from './segments.ts';
export type { UploadScan, UploadStoreConfig, UploadsConfig } from './uploads.ts';
export type { ChallengeConfig, ChallengeKind, WebsiteConfig, WebsiteLimit } from './website.ts';
