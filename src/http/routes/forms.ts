import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { type FormDefinition, textIn } from '../../config/forms.ts';
import { suggestion } from '../../config/nearest-name.ts';
import { SpokeError } from '../../errors.ts';
import type { Taken } from '../../forms/intake.ts';
import type { FormWords, Website } from '../../forms/website.ts';
import { allowedMethods } from '../allowed-methods.ts';
import type { Api, HttpContext, HttpEnv, Routes } from '../context.ts';
import { documentForm, documentForms } from '../form-document.ts';
import { FORM_PAGE_POLICY, type FormPage, formPage } from '../form-page.ts';
import { problemOf } from '../problem.ts';
import { type FormBody, readFormBody } from '../read-form-body.ts';
import { visitorLanguage } from '../visitor-language.ts';
import { createSubmissionWatch, preferredWait, type SubmissionProgress } from '../wait-for-submission.ts';

type Visit = Context<HttpEnv>;
type PageStatus = 200 | 422 | 429 | 503;

/** The forms of the website: what they look like, and what visitors post. No key is needed. */
export const formRoutes: Routes = (api, context) => {
  documentForms(api);
  const take = formTaker(context);
  api.get('/api/forms/:form', async (c) => {
    const { website, form } = formOf(context, c.req.param('form'));
    const language = visitorLanguage(c.req.query('language'), c.req.header('accept-language'));
    c.header('cache-control', 'private, max-age=60');
    c.header('vary', 'accept-language', { append: true });
    return c.json(await website.describe(form, language));
  });
  api.get('/api/forms/:form/challenge', async (c) => {
    const { website, form } = formOf(context, c.req.param('form'));
    const challenge = await website.issueChallenge(form);
    if (!challenge) throw new SpokeError('HTTP_NOT_FOUND', 'The form asks for no challenge made here.');
    return c.json(challenge);
  });
  api.post('/api/forms/:form', (c) => take(c, c.req.param('form')));
};

/** `/api/demo-request` for the form demo_request, where no other route has the path. Returns the paths. */
export function addFormAliases(api: Api, context: HttpContext): string[] {
  const { website } = context;
  if (!website) return [];
  const take = formTaker(context);
  const paths = Object.keys(website.forms)
    .map((form) => ({ form, path: `/api/${form.replaceAll('_', '-')}` }))
    .filter(({ path }) => allowedMethods(api.routes, path).length === 0);
  for (const { form, path } of paths) {
    documentForm(api, path, form, website.forms);
    api.post(path, (c) => take(c, form));
  }
  return paths.map(({ path }) => path);
}

/** Whether the media types of HTML forms are taken here, and pages of other origins may ask. */
export function isWebsitePath(path: string, aliases: ReadonlySet<string>): boolean {
  return (
    aliases.has(path) ||
    ['/api/forms/', '/api/submissions/', '/api/uploads'].some((start) => path.startsWith(start))
  );
}

function formTaker(context: HttpContext) {
  const watch = createSubmissionWatch(context);
  return async (c: Visit, name: string): Promise<Response> => {
    // Before the body: whoever hangs up takes the address along.
    const remote = getConnInfo(c).remote.address;
    const { website, form, definition } = formOf(context, name);
    const body = await readFormBody(c);
    const language = visitorLanguage(body.fields._language, c.req.header('accept-language'));
    const pages = body.isPlainPost && /text\/html/i.test(c.req.header('accept') ?? '');
    const page = body.isPlainPost ? pageOf(c, body) : undefined;
    const words = website.texts(form, language);
    try {
      const taken = await website.intake.take({
        form,
        definition,
        body: page === undefined ? body.fields : { ...body.fields, _page: page },
        key: c.req.header('idempotency-key'),
        address: website.addressOf(remote, c.req.header('x-forwarded-for')),
        origin: website.origins.judge(c.req.header('origin'), c.req.header('host')),
        language,
        isPlainPost: body.isPlainPost,
      });
      if (pages) return answerPage(c, website, body, { ...words, message: words.success });
      const seconds = preferredWait(c.req.header('prefer'));
      const progress: SubmissionProgress =
        seconds === 0
          ? { status: 'received' }
          : await watch.progress(taken.eventId, seconds, c.req.raw.signal);
      return c.json(answerOf(taken, progress, words.success), taken.repeated ? 200 : 201);
    } catch (error) {
      if (!pages || !(error instanceof SpokeError)) throw error;
      const answer = answerRefusal(c, error, words, { definition, back: page?.url });
      if (answer.status >= 500)
        context.log.error(
          { err: error, requestId: c.get('requestId'), route: c.req.routePath, status: answer.status },
          'a request failed',
        );
      return answer;
    }
  };
}

function answerOf(taken: Taken, progress: SubmissionProgress, message: string) {
  return {
    success: true,
    submissionId: taken.id,
    ...progress,
    statusUrl: `/api/submissions/${taken.id}?token=${taken.statusToken}`,
    message,
  };
}

function formOf({ website }: HttpContext, segment: string) {
  const form = website?.nameOf(segment);
  const definition = website?.forms[form ?? ''];
  if (website && form !== undefined && definition) return { website, form, definition };
  throw new SpokeError(
    'FORM_UNKNOWN',
    `There is no form ${JSON.stringify(segment.slice(0, 60))}.${suggestion(segment, Object.keys(website?.forms ?? {}))}`,
  );
}

/** What an HTML form says of its page, else what the browser says. */
function pageOf(c: Visit, { fields }: FormBody): { url: string } | undefined {
  const url = fields._page_url ?? c.req.header('referer');
  return typeof url === 'string' && /^https?:\/\//i.test(url) ? { url } : undefined;
}

/** Sends the visitor on, with a GET that a reload may repeat, or says thanks. */
function answerPage(c: Visit, { origins }: Website, { fields }: FormBody, page: FormPage): Response {
  const next = origins.next(fields._next);
  return next === undefined ? html(c, page, 200) : c.redirect(next, 303);
}

/** Refusals that a page explains, with status and text, as it does when the database is away; anything else is a fault. */
const REFUSED = new Map<string, readonly [status: PageStatus, text: string]>([
  ['SUBMISSION_INVALID', [422, 'INVALID']],
  ['SUBMISSION_CONFLICT', [422, 'FAILED']],
  ['HTTP_INVALID', [422, 'FAILED']],
  ['SUBMISSION_RATE', [429, 'RATE']],
]);

function answerRefusal(
  c: Visit,
  error: SpokeError,
  { language, title, messages }: FormWords,
  { definition, back }: { readonly definition: FormDefinition; readonly back: string | undefined },
): Response {
  const { status: usual, fields = {}, retryAfter } = problemOf(error);
  const [status, text] = REFUSED.get(error.code) ?? (usual === 503 ? ([usual, 'FAILED'] as const) : []);
  if (status === undefined || text === undefined) throw error;
  const problems = Object.entries(fields).map(([name, message]) => {
    const field = definition.fields[name];
    return { label: field ? textIn(field.label, language) : name, message };
  });
  if (retryAfter !== undefined) c.header('retry-after', String(retryAfter));
  return html(c, { language, title, message: messages[text] ?? '', problems, back }, status);
}

function html(c: Visit, page: FormPage, status: PageStatus): Response {
  c.set('policy', FORM_PAGE_POLICY);
  return c.html(formPage(page), status);
}
