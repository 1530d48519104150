import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.ts';
import type { Effects } from './call.ts';
import type { Admission, Budget, Limiter, Policy } from './limits.ts';
import type { Portal } from './portal.ts';
import type { Reply } from './reply.ts';
import type { Router } from './router.ts';
import { writeLinks } from './routes/scopes.ts';
import { ANONYMOUS, requireEditAssociations, requireScopes, type Token } from './tokens.ts';

/** HubSpot's edge refuses URLs longer than about this. */
const MAX_URL = 8_192;

export interface ApiRequest {
  n: number;
  method: string;
  /** With the query string. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The caller's IP address. */
  address: string;
  rawBody: Buffer;
}

export interface Outcome {
  reply: Reply;
  effects: Effects;
  tokenId: string | null;
}

/** Takes a request through URL check, route, token, budgets and scopes to its handler; errors become error bodies. */
export class Gateway {
  readonly #portal: Portal;
  readonly #limiter: Limiter;
  readonly #router: Router;

  constructor(portal: Portal, limiter: Limiter, router: Router) {
    this.#portal = portal;
    this.#limiter = limiter;
    this.#router = router;
  }

  process(request: ApiRequest): Outcome {
    const outcome: Outcome = {
      reply: { status: 500 },
      effects: { inputs: 0, applied: 0, traceIds: [] },
      tokenId: null,
    };
    const headers: Record<string, string> = {};
    this.#portal.schedule.runDue();
    try {
      outcome.reply = this.#answer(request, outcome, headers);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      Object.assign(headers, error.headers);
      outcome.reply = { status: error.status, body: error.toBody() };
    }
    outcome.reply = { ...outcome.reply, headers: { ...headers, ...outcome.reply.headers } };
    return outcome;
  }

  #answer(request: ApiRequest, outcome: Outcome, headers: Record<string, string>): Reply {
    if (request.url.length > MAX_URL) throw new ApiError(414, 'URI Too Long');
    const [path = '', query = ''] = splitOnce(request.url, '?');
    const now = this.#portal.clock.now();
    const match = this.#router.match(request.method, path);
    const token =
      match?.route.auth === 'none'
        ? ANONYMOUS
        : this.#portal.tokens.authenticate(request.headers.authorization, now, this.#portal.behaviour);
    if (token !== ANONYMOUS) outcome.tokenId = token.id;
    if (!match) throw new ApiError(404, 'resource not found', { category: 'OBJECT_NOT_FOUND' });
    const { route, version, params } = match;
    const admission = this.#admit(route.budget, token, now);
    Object.assign(headers, admission.headers);
    if (admission.refusedBy) throw this.#tooMany(admission.refusedBy, token);
    requireScopes(
      token,
      route.scopes(this.#portal, params, version),
      route.access,
      this.#portal.behaviour.missingScopesForm,
    );
    if (route.scopes === writeLinks)
      requireEditAssociations(token, { behaviour: this.#portal.behaviour, version });
    const call = {
      n: request.n,
      now,
      version,
      params,
      query: new URLSearchParams(query),
      token,
      portal: this.#portal,
      limiter: this.#limiter,
      effects: outcome.effects,
      rawBody: request.rawBody,
      headers: request.headers,
      address: request.address,
    };
    return this.#portal.changes.during(token.source, () => route.handle(call));
  }

  /** An app has one window in each portal, whatever number of tokens it holds; how wide it is goes by the kind of token. */
  #admit(budget: Budget, { kind, appId }: Token, now: number): Admission {
    return this.#limiter.admit(budget === 'general' && kind !== 'static' ? 'oauth' : budget, appId, now);
  }

  #tooMany(policy: Policy, token: Token): ApiError {
    const { retryAfterSeconds, searchLimitNamesPolicy } = this.#portal.behaviour;
    const headers: Record<string, string> =
      retryAfterSeconds > 0 ? { 'retry-after': String(retryAfterSeconds) } : {};
    const requestId = randomUUID();
    if (policy === 'SECONDLY') {
      const fields = { category: 'RATE_LIMITS', ...(searchLimitNamesPolicy && { policyName: 'SECONDLY' }) };
      return new ApiError(429, 'You have reached your secondly limit.', fields, headers);
    }
    if (policy === 'DAILY') {
      const fields = { errorType: 'RATE_LIMIT', policyName: 'DAILY', requestId };
      return new ApiError(429, 'You have reached your daily limit.', fields, headers);
    }
    const groupName = `publicapi:private-app-api-calls-ten-secondly:${this.#portal.account.portalId}:${token.appId}`;
    const fields = { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', groupName, requestId };
    return new ApiError(429, 'You have reached your ten_secondly_rolling limit.', fields, headers);
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}
