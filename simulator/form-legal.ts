import { isObject, numberOf, textOf } from './call.ts';
import type { FormConsent, NoteFault } from './form-answers.ts';
import type { FormDefinition } from './form-store.ts';

const PLACE = 'legalConsentOptions';

/** Notes what is wrong with the consent that a filled form carries. */
export function legalFaults(form: FormDefinition, options: unknown, note: NoteFault): void {
  const isAsked = form.legalConsentOptions.type === 'explicit_consent_to_process';
  if (options === undefined || options === null) {
    if (isAsked) note(PLACE, 'The form asks for consent to process', 'MISSING_PROCESSING_CONSENT');
    return;
  }
  const kinds = isObject(options)
    ? (['consent', 'legitimateInterest'] as const).filter((kind) => isObject(options[kind]))
    : [];
  if (!isObject(options) || kinds.length !== 1) {
    note(PLACE, 'Exactly one of consent and legitimateInterest was expected', 'INVALID_LEGAL_OPTION_FORMAT');
    return;
  }
  if (isObject(options.consent)) consentFaults(options.consent, isAsked, note);
  else if (isObject(options.legitimateInterest)) interestFaults(options.legitimateInterest, note);
}

/** What was agreed to. The options have been found right. */
export function readConsent(options: unknown): FormConsent[] {
  if (!isObject(options)) return [];
  const { consent, legitimateInterest } = options;
  if (isObject(legitimateInterest)) {
    if (legitimateInterest.value !== true) return [];
    const legalBasis =
      legitimateInterest.legalBasis === 'LEAD' ? 'LEGITIMATE_INTEREST_PQL' : 'LEGITIMATE_INTEREST_CLIENT';
    return [
      {
        subscriptionId: numberOf(legitimateInterest.subscriptionTypeId),
        legalBasis,
        text: textOf(legitimateInterest.text),
      },
    ];
  }
  const communications = isObject(consent) ? consent.communications : undefined;
  if (!Array.isArray(communications)) return [];
  return communications.flatMap((each: unknown): FormConsent[] =>
    isObject(each) && each.value === true
      ? [
          {
            subscriptionId: numberOf(each.subscriptionTypeId),
            legalBasis: 'CONSENT_WITH_NOTICE',
            text: textOf(each.text),
          },
        ]
      : [],
  );
}

function consentFaults(consent: Record<string, unknown>, isAsked: boolean, note: NoteFault): void {
  const place = `${PLACE}.consent`;
  const { consentToProcess, text, communications = [] } = consent;
  if (consentToProcess !== undefined && typeof consentToProcess !== 'boolean')
    note(`${place}.consentToProcess`, 'true or false was expected', 'INVALID_LEGAL_OPTION_FORMAT');
  if (isAsked && consentToProcess !== true)
    note(place, 'The form asks for consent to process', 'MISSING_PROCESSING_CONSENT');
  if (consentToProcess === true && isBlank(text))
    note(`${place}.text`, 'The text that was agreed to is missing', 'MISSING_PROCESSING_CONSENT_TEXT');
  if (!Array.isArray(communications) || !communications.every(isObject)) {
    note(`${place}.communications`, 'A list was expected', 'INVALID_LEGAL_OPTION_FORMAT');
    return;
  }
  const seen = new Set<number>();
  for (const communication of communications) {
    const { value, subscriptionTypeId } = communication;
    const id = numberOf(subscriptionTypeId);
    if (typeof value !== 'boolean' || !Number.isInteger(id))
      note(
        `${place}.communications`,
        'value and subscriptionTypeId are needed',
        'INVALID_LEGAL_OPTION_FORMAT',
      );
    if (isBlank(communication.text)) {
      const what = `The text that was agreed to is missing for ${id}`;
      note(`${place}.communications`, what, 'MISSING_COMMUNICATION_CONSENT_TEXT');
    }
    if (seen.has(id))
      note(`${place}.communications`, `${id} is named twice`, 'DUPLICATE_SUBSCRIPTION_TYPE_ID');
    seen.add(id);
  }
}

function interestFaults(interest: Record<string, unknown>, note: NoteFault): void {
  const place = `${PLACE}.legitimateInterest`;
  if (typeof interest.value !== 'boolean' || !Number.isInteger(numberOf(interest.subscriptionTypeId)))
    note(place, 'value and subscriptionTypeId are needed', 'INVALID_LEGAL_OPTION_FORMAT');
  if (interest.legalBasis !== 'CUSTOMER' && interest.legalBasis !== 'LEAD')
    note(`${place}.legalBasis`, 'CUSTOMER or LEAD was expected', 'INVALID_LEGAL_OPTION_FORMAT');
  if (isBlank(interest.text))
    note(`${place}.text`, 'The text that was shown is missing', 'MISSING_LEGITIMATE_INTEREST_TEXT');
}

function isBlank(text: unknown): boolean {
  return typeof text !== 'string' || text.trim() === '';
}
