import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { SpokeError } from '../errors.ts';
import { allowedMethods } from './allowed-methods.ts';
import type { Api, HttpContext, HttpEnv, Routes } from './context.ts';
import { answerProblem, problemOf } from './problem.ts';
import { mediaTypeOf } from './read-form-body.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { contactRoutes } from './routes/contacts.ts';
import { eventRoutes } from './routes/events.ts';
import { formAssetRoutes } from './routes/form-assets.ts';
import { addFormAliases, formRoutes, isWebsitePath } from './routes/forms.ts';
import { healthRoutes } from './routes/health.ts';
import { leadRoutes } from './routes/leads.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { redriveRoutes } from './routes/redrives.ts';
import { submissionRoutes } from './routes/submissions.ts';
import { syncRoutes } from './routes/sync.ts';
import { UPLOAD_BYTES_PATH, uploadRoutes } from './routes/uploads.ts';
import { WEBHOOK_PATH, webhookRoutes } from './routes/webhooks.ts';
import { websiteCors } from './website-cors.ts';

/** Every group of routes. */
const GROUPS: readonly Routes[] = [
  healthRoutes,
  metricsRoutes,
  eventRoutes,
  redriveRoutes,
  leadRoutes,
  webhookRoutes,
  contactRoutes,
  syncRoutes,
  bulkRoutes,
  formAssetRoutes,
  formRoutes,
  submissionRoutes,
  uploadRoutes,
];

/** Largest body, bytes: room for a filter of 10,000 ids. */
const MAX_BODY = 262_144;
/** HubSpot sends 100 events at once, with values of up to 65,536 characters. */
const MAX_WEBHOOK_BODY = 16_777_216;

/** Nothing of this API is a page: no script runs, no frame shows it. */
const HEADERS = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  // Said by whoever ends TLS in front of it.
  strictTransportSecurity: false,
};

/** The whole HTTP API as a fetch handler, without a server. */
export function createApi(context: HttpContext): Api {
  const api: Api = new OpenAPIHono<HttpEnv>({
    defaultHook(result) {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
  api.use(requestId());
  api.use(async (c, next) => {
    await next();
    const policy = c.get('policy');
    if (policy !== undefined) c.header('content-security-policy', policy);
  });
  api.use(secureHeaders(HEADERS));
  api.use(async (c, next) => {
    await next();
    // A route that may be kept says for how long.
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  /** Paths of the website's forms, once all other routes have theirs. */
  const aliases = new Set<string>();
  const isWebsite = (c: { req: { path: string } }) => isWebsitePath(c.req.path, aliases);
  if (context.website) {
    const cors = websiteCors(context.website.origins);
    api.use((c, next) => (isWebsite(c) ? cors(c, next) : next()));
  }
  const [limit, webhookLimit] = [bodyOf(MAX_BODY), bodyOf(MAX_WEBHOOK_BODY)];
  api.use((c, next) => {
    // Bytes of files are counted and written as they come.
    if (c.req.method === 'PUT' && UPLOAD_BYTES_PATH.test(c.req.path)) return next();
    return (c.req.path === WEBHOOK_PATH ? webhookLimit : limit)(c, next);
  });
  api.use(async (c, next) => {
    const isTaken = isWebsite(c) || mediaTypeOf(c.req.header('content-type')) === 'application/json';
    if (hasBody(c.req.raw) && !isTaken)
      throw new SpokeError(
        'HTTP_MEDIA_TYPE',
        'The body is not JSON: send it as `content-type: application/json`.',
      );
    await next();
  });
  api.onError((error, c) => {
    // The rest of the body may stand unread in the connection: it is not used again.
    if (hasBody(c.req.raw)) c.header('connection', 'close');
    if (error instanceof HTTPException && error.status === 400)
      return answerProblem(c, {
        status: 400,
        code: 'HTTP_BODY_INVALID',
        message: 'The body cannot be read as JSON: send one JSON object.',
      });
    const problem = problemOf(error);
    if (problem.status >= 500)
      context.log.error(
        { err: error, requestId: c.get('requestId'), route: c.req.routePath, status: problem.status },
        'a request failed',
      );
    return answerProblem(c, problem);
  });
  api.notFound((c) => {
    const allowed = allowedMethods(api.routes, c.req.path);
    if (allowed.length === 0)
      return answerProblem(c, {
        status: 404,
        code: 'HTTP_NOT_FOUND',
        message: 'There is nothing at this path: /openapi.json lists all there are.',
      });
    c.header('allow', allowed.join(', '));
    return answerProblem(c, {
      status: 405,
      code: 'HTTP_METHOD',
      message: `This path does not take ${c.req.method.slice(0, 20)}: it takes ${allowed.join(', ')}.`,
    });
  });
  for (const add of GROUPS) add(api, context);
  for (const path of addFormAliases(api, context)) aliases.add(path);
  api.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of `spoke keys create`. Each operation names the scope that it needs.',
  });
  api.get('/openapi.json', (c) => c.json(openApiDocument(api)));
  return api;
}

/** The OpenAPI document of the API. */
export function openApiDocument(api: Api): object {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Spoke',
      version: '1',
      description:
        'What stands in the outbox, putting dead events back, the mirror of the portal, and the forms of the website.',
      license: { name: 'Apache-2.0' },
    },
  });
}

function bodyOf(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError() {
      throw new SpokeError(
        'HTTP_TOO_LARGE',
        `The body has more than ${maxSize} bytes: ask for less at once.`,
      );
    },
  });
}

function hasBody({ headers }: Request): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
}

function invalid(
  issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly keys?: readonly string[];
  }[],
): SpokeError {
  const place = (path: readonly PropertyKey[]) => path.map(String).join('.');
  const fields = Object.fromEntries(
    issues.flatMap(({ path, message, keys }) =>
      keys === undefined
        ? [[place(path), message] as const]
        : keys.map((key) => [place([...path, key]), 'is not known here: leave it out'] as const),
    ),
  );
  const names = Object.keys(fields).map((name) => name || 'the body');
  return new SpokeError('HTTP_INVALID', `Correct ${names.join(', ')}: see fields.`, { facts: { fields } });
}
