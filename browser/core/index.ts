export type { PatientOptions, Waiting } from './call-patiently.ts';
export {
  createForms,
  type Forms,
  type FormsOptions,
  type SubmitOptions,
  type Submitted,
} from './create-forms.ts';
export type {
  FormAnswers,
  FormChallenge,
  FormDescriptor,
  FormField,
  FormOption,
  FormValue,
  UploadReference,
} from './form-descriptor.ts';
export type { Failure, Result, Success } from './result.ts';
export type { SolveChallenge } from './solve-challenge.ts';
export type { UploadOptions } from './upload-file.ts';
export type { Problems } from './validate.ts';
