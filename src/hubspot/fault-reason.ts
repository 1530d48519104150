import type { FaultReason } from './exchange.ts';

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

/** Which fault an error of undici or Node means. Only its code is looked at: texts may hold addresses. */
export function faultReason(error: unknown): FaultReason {
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'connect-timeout';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout';
  if (
    code === 'ECONNREFUSED' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'EADDRNOTAVAIL'
  )
    return 'connect-refused';
  if (code === 'UND_ERR_ABORTED' || code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED')
    return 'aborted';
  if (
    code.startsWith('HPE_') ||
    code === 'UND_ERR_HEADERS_OVERFLOW' ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  )
    return 'protocol';
  if (
    /^(?:EPROTO$|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_|CRL_|INVALID_CA|PATH_LENGTH)/.test(
      code,
    )
  )
    return 'tls';
  return 'reset';
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
