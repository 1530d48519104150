import { domainToASCII } from 'node:url';

/** Octets before the @ (RFC 5321, 4.5.3.1.1). */
const MAX_LOCAL = 64;
/** Characters of a whole address: a path of 256 less its angle brackets (RFC 5321, 4.5.3.1.3). */
const MAX_ADDRESS = 254;
/** Characters of one part of the domain between dots (RFC 1035). */
const MAX_LABEL = 63;

/** What a domain in another script may need before its ASCII form is known to be too long. */
const MAX_GIVEN = 1_000;

/** Spaces of every kind, and the invisible characters that copying from web pages and spreadsheets leaves at the ends. */
const ODD_SPACE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\s\u0000-\u001F\u007F-\u009F\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/;
const PLAIN = /^[a-z0-9._+-]+@[a-z0-9.-]+$/;
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~.\p{L}\p{M}\p{N}-]+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

export type EmailFlaw =
  | 'empty'
  | 'not-text'
  | 'no-at'
  | 'several-at'
  | 'quoted'
  | 'local-empty'
  | 'local-character'
  | 'local-dots'
  | 'local-too-long'
  | 'domain-empty'
  | 'domain-no-dot'
  | 'domain-dots'
  | 'domain-invalid'
  | 'too-long';

/** Why an address is unusable, without the address: these sentences go into logs and dead letters. */
const FLAWS: Readonly<Record<EmailFlaw, string>> = {
  empty: 'it is empty',
  'not-text': 'it is not text',
  'no-at': 'it has no @',
  'several-at': 'it has more than one @',
  quoted: 'the part before the @ is quoted, which HubSpot does not take',
  'local-empty': 'nothing stands before the @',
  'local-character': 'the part before the @ holds a space or another character that addresses cannot have',
  'local-dots': 'the part before the @ begins or ends with a dot, or has two in a row',
  'local-too-long': `the part before the @ is longer than ${MAX_LOCAL} octets`,
  'domain-empty': 'nothing stands after the @',
  'domain-no-dot': 'the domain has no dot',
  'domain-dots': 'the domain begins or ends with a dot, or has two in a row',
  'domain-invalid': 'the domain is not a valid host name',
  'too-long': `it is longer than ${MAX_ADDRESS} characters`,
};

export type EmailResult =
  | { readonly ok: true; readonly email: string }
  | { readonly ok: false; readonly flaw: EmailFlaw; readonly why: string };

/**
 * One spelling for each address, fit to identify a contact: trimmed of spaces of every kind, lower case, the domain in
 * its ASCII form (`Ada@BÜCHER.example` is `ada@xn--bcher-kva.example`), an international local part in NFC. Tags
 * (`ada+news@…`) and dots stay: they are different addresses to HubSpot. Never throws.
 */
export function normaliseEmail(value: unknown): EmailResult {
  if (typeof value !== 'string') return refused(value === null || value === undefined ? 'empty' : 'not-text');
  const text = trimmed(value).toLowerCase();
  if (text === '') return refused('empty');
  if (text.length > MAX_GIVEN) return refused('too-long');
  const at = text.indexOf('@');
  if (text.startsWith('"')) return refused('quoted');
  if (at < 0) return refused('no-at');
  if (text.indexOf('@', at + 1) >= 0) return refused('several-at');

  const plain = PLAIN.test(text);
  const local = plain ? text.slice(0, at) : text.slice(0, at).normalize('NFC');
  const localFlaw = flawOfLocal(local);
  if (localFlaw) return refused(localFlaw);

  const given = text.slice(at + 1);
  if (given === '') return refused('domain-empty');
  if (hasStrayDot(given)) return refused('domain-dots');
  // The plain spelling of an encoded label may be invalid or have a shorter encoding: the same converter judges both.
  const domain = plain && !given.includes('xn--') ? given : domainToASCII(given);
  const domainFlaw = flawOfDomain(domain);
  if (domainFlaw) return refused(domainFlaw);

  const email = `${local}@${domain}`;
  return email.length > MAX_ADDRESS ? refused('too-long') : { ok: true, email };
}

/** Walks in from both ends: a regular expression anchored at the end takes quadratic time on many inner spaces. */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && ODD_SPACE.test(value.charAt(start))) start++;
  while (end > start && ODD_SPACE.test(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}

function flawOfLocal(local: string): EmailFlaw | undefined {
  if (local === '') return 'local-empty';
  if (!LOCAL.test(local)) return 'local-character';
  if (hasStrayDot(local)) return 'local-dots';
  return Buffer.byteLength(local) > MAX_LOCAL ? 'local-too-long' : undefined;
}

function flawOfDomain(domain: string): EmailFlaw | undefined {
  if (domain === '') return 'domain-invalid';
  const labels = domain.split('.');
  if (labels.length < 2) return 'domain-no-dot';
  if (labels.some((label) => label.length > MAX_LABEL || !LABEL.test(label))) return 'domain-invalid';
  // A last part of digits makes it an IP address.
  return /^\d+$/.test(labels[labels.length - 1] ?? '') ? 'domain-invalid' : undefined;
}

function hasStrayDot(text: string): boolean {
  return text.startsWith('.') || text.endsWith('.') || text.includes('..');
}

function refused(flaw: EmailFlaw): EmailResult {
  return { ok: false, flaw, why: FLAWS[flaw] };
}
