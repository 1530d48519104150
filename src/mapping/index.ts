export { checkSamples } from './check-samples.ts';
export type {
  ActivityCreate,
  ActivityDraft,
  ActivityForms,
  AssociationCreate,
  ConsentSet,
  Effect,
  EffectDraft,
  ListChange,
  ObjectType,
  Properties,
  RecordArchive,
  RecordRef,
  RecordUpsert,
  UpsertKind,
} from './effects.ts';
export { recordKey } from './effects.ts';
export * from './forms/index.ts';
export { type EventsOfJson, eventsFromJson, type JsonMappingEntry } from './json-mapping.ts';
export {
  addToList,
  archiveRecord,
  associate,
  type ConsentContent,
  removeFromList,
  setConsent,
} from './links.ts';
export { createMapper, type Mapper, type Plan, type Refusal, type Route } from './mapper.ts';
export { type MappingCode, MappingError } from './mapping-error.ts';
export { type ActivityContent, activity, type NoteContent, note } from './note.ts';
export {
  checkProperties,
  type PropertyDefinition,
  type PropertyOption,
  type PropertyProblem,
} from './property-check.ts';
export {
  companyBy,
  companyByDomain,
  companyOfHubspot,
  contactBy,
  contactByEmail,
  dealBy,
  type IdValue,
  recordBy,
} from './record-refs.ts';
export { countryCode, countryName } from './transforms/country.ts';
export { dayOf } from './transforms/day.ts';
export { companyDomain, normaliseDomain } from './transforms/domain.ts';
export { type EmailFlaw, type EmailResult, normaliseEmail } from './transforms/email.ts';
export { calendarDate, type PropertyValue, type PropertyValues } from './transforms/encode-value.ts';
export { escapeHtml } from './transforms/html.ts';
export { personName } from './transforms/person-name.ts';
export { type PhoneResult, phoneNumber } from './transforms/phone.ts';
export { plainNumber } from './transforms/plain-number.ts';
export { cleanText, cutText, filledText } from './transforms/text.ts';
export { timeOfDay } from './transforms/time-of-day.ts';
export {
  type DealValues,
  type UpsertOptions,
  upsertCompany,
  upsertContact,
  upsertDeal,
  upsertRecord,
} from './upserts.ts';
