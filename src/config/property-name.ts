import { isRecord } from './config-problem.ts';
import type { FormText, FormValue } from './forms.ts';

/** As HubSpot names properties. */
export const PROPERTY_NAME = /^[a-z][a-z0-9_]{0,99}$/;
export const PROPERTY_RULE =
  'That is no name of a property: lower-case letters, digits and "_", a letter first.';

/** As `fr`, `de-AT`, `zh-Hant`. */
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
/** HubSpot splits several choices at it. */
const SEPARATOR = ';';

/** A text that is not blank, or such texts by language. */
export function isFormText(value: unknown): value is FormText {
  if (typeof value === 'string') return value.trim() !== '';
  return (
    isRecord(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(
      ([language, text]) => LANGUAGE.test(language) && typeof text === 'string' && text.trim() !== '',
    )
  );
}

/** What a property can be set to. */
export function isFormValue(value: unknown): value is FormValue {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes(SEPARATOR));
}
