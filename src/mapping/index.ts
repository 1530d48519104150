export { checkSamples } from './check-samples.ts';
export { type ContactProperties, contactBy, contactByEmail, upsertContact } from './contact.ts';
export {
  type ActivityCreate,
  type ContactUpsert,
  type Effect,
  type EffectDraft,
  type NoteDraft,
  type ObjectType,
  type Properties,
  type RecordRef,
  recordKey,
} from './effects.ts';
export { createMapper, type Mapper, type Plan, type Refusal, type Route } from './mapper.ts';
export { type MappingCode, MappingError } from './mapping-error.ts';
export { type NoteContent, note } from './note.ts';
export {
  checkProperties,
  type PropertyDefinition,
  type PropertyOption,
  type PropertyProblem,
} from './property-check.ts';
export { type EmailFlaw, type EmailResult, normaliseEmail } from './transforms/email.ts';
export { calendarDate, type PropertyValue } from './transforms/encode-value.ts';
export { escapeHtml } from './transforms/html.ts';
export { personName } from './transforms/person-name.ts';
export { cleanText, cutText, filledText } from './transforms/text.ts';
