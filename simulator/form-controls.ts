import type { FormDefinition, FormOptions, FormSubmission } from './form-store.ts';
import type { Portal } from './portal.ts';

/** The part of a simulator that stands for forms and what is filled into them. */
export interface FormControls {
  /** Adds a form of any type; with an `id` it can be known beforehand. Throws a ZodError when it is invalid. */
  addForm(form: FormOptions): FormDefinition;
  /** Archived ones too. */
  forms(): FormDefinition[];
  /** In order of arrival, of one form or of all, with the contact that each went to. */
  submissions(formId?: string): FormSubmission[];
}

export function createFormControls(portal: Portal): FormControls {
  return {
    addForm: (form) => portal.forms.add(form, portal.iso(portal.clock.now())),
    forms: () => portal.forms.list(),
    submissions(formId) {
      portal.schedule.runDue();
      const all = portal.forms.submissions();
      return all.filter((submission) => formId === undefined || submission.formId === formId);
    },
  };
}
