import { z } from 'zod';
import { answerActivity } from './admin-activity.ts';
import { answerLook } from './admin-look.ts';
import { ApiError } from './api-error.ts';
import { appSchema } from './apps.ts';
import { behaviourPatchSchema } from './behaviour.ts';
import { parseFaultPlan } from './fault-plan.ts';
import { faultSchema } from './faults.ts';
import { holdSchema } from './hold.ts';
import { limitsSchema, TIER_NAMES } from './limits.ts';
import type { FurtherPortal } from './options.ts';
import { ownerSchema } from './owners.ts';
import type { SimulatedPortal } from './portal-controls.ts';
import { RESET_PARTS } from './portal-unit.ts';
import { noContent, ok, type Reply } from './reply.ts';
import { seedSchema } from './seed.ts';
import type { SavedState } from './state-file.ts';
import { answerWebhooks } from './webhook-controls.ts';

/** A long poll ends after this at the latest (real ms). */
const MAX_WAIT_MS = 60_000;
const DEFAULT_JOURNAL_PAGE = 1_000;

const clockSchema = z.strictObject({
  now: z.number().optional(),
  advanceMs: z.number().optional(),
  frozen: z.boolean().optional(),
});

const tokenSchema = z.strictObject({
  token: z.string().min(1),
  /** `oauth`: acts for a user, has the budget of apps and none a day. */
  kind: z.enum(['static', 'oauth']).optional(),
  id: z.string().min(1).optional(),
  scopes: z.union([z.literal('all'), z.array(z.string())]).optional(),
  appId: z.number().int().optional(),
  appName: z.string().optional(),
  userId: z.number().int().optional(),
  expiresAt: z.number().optional(),
});

const tokensSchema = z.strictObject({
  add: tokenSchema.optional(),
  /** Secret or id. */
  revoke: z.string().optional(),
  expire: z.string().optional(),
});

const portalSchema = z.strictObject({
  portalId: z.number().int().min(1),
  token: z.string().min(1).exactOptional(),
  tokens: z.array(tokenSchema).exactOptional(),
  apps: z.array(appSchema).exactOptional(),
  owners: z.array(ownerSchema).exactOptional(),
  tier: z.enum(TIER_NAMES).exactOptional(),
  limits: limitsSchema.exactOptional(),
  seed: z.number().int().min(0).exactOptional(),
  behaviour: behaviourPatchSchema.exactOptional(),
  faults: z.array(faultSchema).exactOptional(),
});

const resetSchema = z.strictObject({
  only: z.array(z.enum(RESET_PARTS)).optional(),
});

const optionsSchema = z.strictObject({
  behaviour: behaviourPatchSchema.optional(),
  holdAfterApply: holdSchema.nullable().optional(),
});

const ownersSchema = z.strictObject({ owners: z.array(ownerSchema) });

const insertSchema = z.strictObject({ records: z.array(z.record(z.string(), z.string())) });

export type AdminRequest = { method: string; url: URL; rawBody: Buffer };

/** What the side door opens on. */
export interface AdminHost {
  /** By id, or the first one. Throws when there is none with this id. */
  portal(portalId?: number): SimulatedPortal;
  portals(): SimulatedPortal[];
  addPortal(setup: FurtherPortal): SimulatedPortal;
  save(file?: string): SavedState;
}

/**
 * The JSON side door: everything `Simulator` can do, for other processes. `?portal=ID` names the portal, else it is the first.
 * A bad body gets 400 with what is wrong.
 */
export function createAdmin(host: AdminHost): (request: AdminRequest) => Promise<Reply> {
  return async (request) => {
    try {
      return (
        (await route(host, request)) ?? {
          status: 404,
          body: { error: `no admin endpoint ${request.method} ${request.url.pathname}` },
        }
      );
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
      if (error instanceof ApiError) return { status: error.status, body: { error: error.message } };
      if (error instanceof URIError)
        return { status: 400, body: { error: `the address is not well-formed: ${request.url.pathname}` } };
      if (error instanceof SyntaxError)
        return { status: 400, body: { error: `the body is not JSON: ${error.message}` } };
      throw error;
    }
  };
}

async function route(host: AdminHost, request: AdminRequest): Promise<Reply | undefined> {
  const { searchParams } = request.url;
  const simulator = host.portal(numberIn(searchParams, 'portal'));
  const [, , name = '', type = '', id = ''] = request.url.pathname.split('/').map(decodeURIComponent);
  const page = () => ({
    after: numberIn(searchParams, 'after') ?? 0,
    limit: numberIn(searchParams, 'limit') ?? DEFAULT_JOURNAL_PAGE,
  });
  switch (`${request.method} ${name}`) {
    case 'GET portals':
      return ok({ results: host.portals().map(({ portalId }) => ({ portalId })) });
    case 'POST portals': {
      const { portalId } = host.addPortal(parse(portalSchema, request));
      return ok({ portalId });
    }
    case 'POST save':
      return ok(host.save(parse(z.strictObject({ file: z.string().min(1).optional() }), request).file));
    case 'GET state':
      return ok(simulator.state());
    case 'GET journal': {
      const windowMs = numberIn(searchParams, 'windowMs');
      const maxInWindow = windowMs === undefined ? undefined : simulator.maxCallsInWindow(windowMs);
      return ok({ results: simulator.journal(page()), maxInWindow });
    }
    case 'GET faults':
      return ok({ results: simulator.faults() });
    case 'POST faults': {
      const { faults, holdAfterApply } = parseFaultPlan(jsonOf(request));
      if (holdAfterApply) simulator.holdAfterApply(holdAfterApply);
      return ok({ results: simulator.addFaults(faults) });
    }
    case 'DELETE faults':
      return ok({ removed: simulator.removeFaults(type === '' ? undefined : type) });
    case 'GET applied': {
      const waitMs = Math.min(numberIn(searchParams, 'wait') ?? 0, MAX_WAIT_MS);
      return ok({ results: await simulator.pollApplied(numberIn(searchParams, 'after') ?? 0, waitMs) });
    }
    case 'POST release': {
      const { requestId } = parse(z.strictObject({ requestId: z.string().optional() }), request);
      return ok({ released: simulator.release(requestId) });
    }
    case 'POST reset':
      simulator.reset(parse(resetSchema, request).only);
      return noContent;
    case 'POST clock':
      return ok({ now: simulator.setClock(parse(clockSchema, request)) });
    case 'POST limits':
      return ok(simulator.setLimits(parse(limitsSchema, request)));
    case 'GET owners':
      return ok({ results: simulator.owners() });
    case 'POST owners':
      return ok({ results: simulator.setOwners(parse(ownersSchema, request).owners) });
    case 'POST tokens':
      return changeTokens(simulator, request);
    case 'POST options': {
      const { behaviour, holdAfterApply } = parse(optionsSchema, request);
      if (holdAfterApply !== undefined) simulator.holdAfterApply(holdAfterApply);
      if (behaviour) simulator.setBehaviour(behaviour);
      const { behaviour: now, hold } = simulator.state();
      return ok({ behaviour: now, holdAfterApply: hold });
    }
    case 'GET lists': {
      if (type === '') return ok({ results: simulator.lists() });
      const list = simulator.list(type);
      return list ? ok(list) : { status: 404, body: { error: `no list with id ${type}` } };
    }
    case 'GET records': {
      if (id === '') return ok(simulator.recordPage(type, page()));
      const record = simulator.record(type, id);
      return record ? ok(record) : { status: 404, body: { error: `no ${type} with id ${id}` } };
    }
    case 'POST records':
      return ok({ ids: simulator.insert(type, parse(insertSchema, request).records) });
    case 'POST seed':
      return ok(simulator.seed(parse(seedSchema, request)));
    case 'GET webhooks':
    case 'POST webhooks':
      return answerWebhooks(simulator, request.method, { page, json: () => jsonOf(request) });
    case 'POST restore':
      return ok(simulator.restore(type, id));
    case 'GET history':
      return ok({ results: simulator.history(type, id) });
    default:
      return (
        answerLook(simulator, { method: request.method, name, type, id, query: searchParams }) ??
        answerActivity(simulator, { method: request.method, name, type, id, json: () => jsonOf(request) })
      );
  }
}

function changeTokens(simulator: SimulatedPortal, request: AdminRequest): Reply {
  const { add, revoke, expire } = parse(tokensSchema, request);
  if (add) simulator.addToken(add);
  if (revoke !== undefined) simulator.revokeToken(revoke);
  if (expire !== undefined) simulator.expireToken(expire);
  return ok({ results: simulator.state().tokens });
}

function parse<T>(schema: z.ZodType<T>, request: AdminRequest): T {
  return schema.parse(jsonOf(request));
}

/** An empty body stands for `{}`. */
function jsonOf(request: AdminRequest): unknown {
  const text = request.rawBody.toString();
  return text === '' ? {} : JSON.parse(text);
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : z.coerce.number().min(0).parse(text);
}
