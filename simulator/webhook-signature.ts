import { createHash, createHmac } from 'node:crypto';

/** The escapes that are undone before an address is signed. */
const UNESCAPED: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

export interface Signed {
  method: string;
  /** The whole address that is called. */
  url: string;
  body: string;
  clientSecret: string;
  /** Ms since 1970. */
  timestamp: number;
}

/** Headers by which a receiver knows that a call is HubSpot's, of the versions asked for. */
export function signatureHeaders(signed: Signed, versions: readonly ('v1' | 'v3')[]): Record<string, string> {
  const headers: Record<string, string> = {};
  if (versions.includes('v1')) {
    headers['x-hubspot-signature'] = createHash('sha256')
      .update(signed.clientSecret + signed.body)
      .digest('hex');
    headers['x-hubspot-signature-version'] = 'v1';
  }
  if (versions.includes('v3')) {
    headers['x-hubspot-signature-v3'] = createHmac('sha256', signed.clientSecret)
      .update(`${signed.method}${unescaped(signed.url)}${signed.body}${signed.timestamp}`)
      .digest('base64');
    headers['x-hubspot-request-timestamp'] = String(signed.timestamp);
  }
  return headers;
}

function unescaped(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (escaped) => UNESCAPED[escaped.toUpperCase()] ?? escaped);
}
