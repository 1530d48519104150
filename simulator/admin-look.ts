import { z } from 'zod';
import { behaviourSchema } from './behaviour.ts';
import { FAULT_PRESETS } from './fault-presets.ts';
import type { SimulatedPortal } from './portal-controls.ts';
import { ok, type Reply } from './reply.ts';
import { requestFilterSchema } from './request-filter.ts';

/** What an admin request names, taken apart: `/_simulator/NAME/TYPE/ID`. */
export interface LookRequest {
  method: string;
  name: string;
  type: string;
  id: string;
  query: URLSearchParams;
}

const pageSchema = z.object({
  before: z.coerce.number().min(0).optional(),
  limit: z.coerce.number().int().min(1).optional(),
});

const membersSchema = z.object({
  skip: z.coerce.number().int().min(0).exactOptional(),
  limit: z.coerce.number().int().min(1).exactOptional(),
});

/** The admin endpoints for people who look at the portal. undefined: there is no such endpoint. */
export function answerLook(portal: SimulatedPortal, request: LookRequest): Reply | undefined {
  const { type, id } = request;
  const { portal: _, ...query } = Object.fromEntries(request.query);
  switch (`${request.method} ${request.name}`) {
    case 'GET requests': {
      const { before, limit, ...filter } = query;
      return ok(portal.requests(requestFilterSchema.parse(filter), pageSchema.parse({ before, limit })));
    }
    case 'GET pulse': {
      const { seconds } = z.object({ seconds: z.coerce.number().int().min(1).optional() }).parse(query);
      return ok({ results: portal.pulse(seconds) });
    }
    case 'GET browse': {
      if (id === '') return ok(portal.browse(type, { search: query.search, ...pageSchema.parse(query) }));
      const record = portal.detail(type, id);
      return record ? ok(record) : { status: 404, body: { error: `no ${type} with id ${id}` } };
    }
    case 'GET members': {
      const list = portal.listDetail(type, membersSchema.parse(query));
      return list ? ok(list) : { status: 404, body: { error: `no list with id ${type}` } };
    }
    case 'GET options':
      return ok({ behaviour: portal.state().behaviour, schema: z.toJSONSchema(behaviourSchema) });
    case 'GET presets':
      return ok({ results: FAULT_PRESETS });
    default:
      return undefined;
  }
}
