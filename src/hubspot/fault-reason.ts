import type { FaultReason } from './exchange.ts';
import { errors } from './undici-parts.ts';

const MESSAGES: Readonly<Record<FaultReason, string>> = {
  dns: "HubSpot's host name could not be resolved; check the network and HUBSPOT_API_URL.",
  'connect-refused':
    'The connection to HubSpot was refused; check the network, firewall and HUBSPOT_API_URL.',
  'connect-timeout': 'No connection to HubSpot within the time allowed for it.',
  tls: 'The TLS connection to HubSpot could not be trusted or agreed on.',
  reset: 'The connection to HubSpot was closed before it answered.',
  protocol: 'The answer was not HTTP.',
  timeout: 'HubSpot did not answer within the time allowed.',
  aborted: 'The call was stopped by its caller.',
  'token-unavailable': 'The access token could not be read.',
};

const REASONS: Readonly<Record<string, FaultReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'connect-refused',
  EHOSTUNREACH: 'connect-refused',
  ENETUNREACH: 'connect-refused',
  EADDRNOTAVAIL: 'connect-refused',
  ETIMEDOUT: 'connect-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'protocol',
};
/** OpenSSL's verification results and Node's TLS errors. */
const TLS_CODE =
  /^(?:EPROTO$|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_|CRL_|INVALID_|PATH_LENGTH)/;

/**
 * Which fault an error of undici or Node means; `reset` for one nobody knows. Only its code is looked at: texts may hold
 * addresses.
 */
export function faultReason(error: unknown): FaultReason {
  if (error instanceof errors.HTTPParserError) return 'protocol';
  const code = codeOf(error);
  if (Object.hasOwn(REASONS, code)) return REASONS[code] ?? 'reset';
  return TLS_CODE.test(code) ? 'tls' : 'reset';
}

/** The sentence of a fault, with the error's code where it helps. */
export function faultMessage(reason: FaultReason, error?: unknown): string {
  const code = codeOf(error);
  return code === '' ? MESSAGES[reason] : `${MESSAGES[reason].slice(0, -1)} (${code}).`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(error.code) ? error.code : '';
}
