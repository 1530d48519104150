import {
  choiceOf,
  type FieldDefinition,
  type FormDefinition,
  type FormValue,
  type FormValues,
} from '../../config/forms.ts';

/** Made-up answers to every field: what the portal would refuse of them is found before the first visitor comes. */
export function sampleValues(form: FormDefinition): FormValues {
  return Object.fromEntries(Object.entries(form.fields).map(([name, field]) => [name, sampleValue(field)]));
}

function sampleValue(field: FieldDefinition): FormValue {
  switch (field.type) {
    case 'email':
      return 'sample@example.com';
    case 'phone':
      return '+442079460018';
    case 'country':
      return 'DE';
    case 'choice':
      return field.options.map(choiceOf)[0]?.value ?? '';
    case 'choices':
      return field.options.map((option) => choiceOf(option).value);
    case 'date':
      return '2030-01-15';
    case 'time':
      return '14:30';
    case 'number':
      return field.min ?? field.max ?? 1;
    case 'checkbox':
    case 'consent':
      return true;
    case 'upload':
      return '00000000-0000-4000-8000-000000000000';
    case 'hidden':
      return field.values?.[0] ?? 'sample';
    default:
      return 'Sample';
  }
}
