export {
  type DefineOptions,
  defineSpokeForm,
  type SpokeFormElement,
  type SpokeFormEvents,
} from './define-spoke-form.ts';
