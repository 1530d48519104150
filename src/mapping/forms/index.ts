export {
  type ConsentAnswer,
  checkSubmission,
  type FieldChange,
  type FieldProblem,
  type SubmissionCheck,
  type SubmissionContext,
} from './check-submission.ts';
export { describeForm, type FieldDescription, type FormDescription } from './describe-form.ts';
export type { FormPayload } from './form-event.ts';
export { formsFromJson, type JsonFormOptions } from './forms-from-json.ts';
export {
  contactForm,
  demoRequestForm,
  type PresetOptions,
  quoteRequestForm,
  type RequestOptions,
  uploadForm,
} from './presets.ts';
export type { FieldFlag, UploadReference } from './read-field.ts';
