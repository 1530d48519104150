export {
  ContactForm,
  DemoRequestForm,
  QuoteRequestForm,
  SpokeForm,
  type SpokeFormProps,
  UploadForm,
} from './spoke-form.ts';
export { type SpokeFormControl, type SpokeFormState, useSpokeForm } from './use-spoke-form.ts';
