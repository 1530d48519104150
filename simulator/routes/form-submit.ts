import { ApiError, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { checkAnswers } from '../form-answers.ts';
import { takeSubmission } from '../form-contacts.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { anyToken } from './scopes.ts';

const ANY_ORIGIN = { 'access-control-allow-origin': '*' };
const PREFLIGHT = {
  ...ANY_ORIGIN,
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'Content-Type, X-Requested-With',
  'access-control-max-age': '86400',
};

/** What visitors of a site send, from their browser or through the site's server. */
export const formSubmitRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: 'submit/:portalId/:formId',
    auth: 'none',
    budget: 'none',
    scopes: anyToken,
    handle: submitAnonymously,
  },
  {
    method: 'OPTIONS',
    pattern: 'submit/:portalId/:formId',
    auth: 'none',
    budget: 'none',
    scopes: anyToken,
    handle: preflight,
  },
  {
    method: 'POST',
    pattern: 'secure/submit/:portalId/:formId',
    budget: 'general',
    scopes: () => [['forms']],
    handle: submit,
  },
].map((route) => ({ ...route, area: 'form-submit', versions: ['v3'], access: 'write' }) as Route);

function preflight(): Reply {
  return { ...noContent, headers: PREFLIGHT };
}

/** Browsers may call from any site, and may read why they were refused. The edge refuses who calls too often. */
function submitAnonymously(call: Call): Reply {
  if (!call.limiter.admitSubmission(call.address, call.now))
    return { status: 429, text: 'error code: 1015', headers: ANY_ORIGIN };
  try {
    return { ...submit(call), headers: ANY_ORIGIN };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: error.toBody(), headers: ANY_ORIGIN };
  }
}

function submit(call: Call): Reply {
  const { portal, now } = call;
  const form = portal.forms.get(param(call, 'formId'));
  if (param(call, 'portalId') !== String(portal.account.portalId) || !form || form.archived)
    throw notFound(`No form with guid ${param(call, 'formId')} in portal ${param(call, 'portalId')}`);
  call.effects.inputs = 1;
  const { answers, faults } = checkAnswers(form, jsonObject(call), now);
  if (faults.length > 0) throw new ApiError(400, 'The request is not valid', { errors: faults });
  takeSubmission(portal, form, { answers, now });
  call.effects.applied += 1;
  const { type, value } = form.configuration.postSubmitAction;
  return ok(type === 'redirect_url' ? { redirectUri: value } : { inlineMessage: value });
}
