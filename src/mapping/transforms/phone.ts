import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { cleanText, cutText } from './text.ts';

/** Longest text that is read as a number, characters; nobody's number is longer. */
const MAX_NUMBER = 60;
/** Kept of what is no number. */
const MAX_KEPT = 100;

export interface PhoneResult {
  /** In international form (`+442079460018`, with ` ext. 12` behind it), or what was typed when it is no number. */
  readonly phone: string;
  readonly valid: boolean;
}

/**
 * A phone number in international form (E.164). `country` (an ISO code) says where a number without its country belongs. What is no
 * valid number is kept as it was typed, at most 100 characters, and never dropped: a person may still make sense of it.
 * Undefined when there is nothing.
 */
export function phoneNumber(value: string | null | undefined, country?: string): PhoneResult | undefined {
  const typed = cleanText(value ?? '')
    .replace(/\s/g, ' ')
    .trim();
  if (typed === '') return undefined;
  const number =
    typed.length > MAX_NUMBER
      ? undefined
      : parsePhoneNumberFromString(typed.normalize('NFKC'), { ...hintOf(country), extract: false });
  if (number === undefined || !number.isValid())
    return { phone: cutText(typed, MAX_KEPT).trim(), valid: false };
  return { phone: number.number + (number.ext ? ` ext. ${number.ext}` : ''), valid: true };
}

function hintOf(country: string | undefined): { readonly defaultCountry?: CountryCode } {
  return country !== undefined && isSupportedCountry(country) ? { defaultCountry: country } : {};
}
