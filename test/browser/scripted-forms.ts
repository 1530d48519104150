import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { buildBrowser } from '../../scripts/build-browser.ts';

/** Where the scripted Spoke is, for pages: every request to it is answered in the test. */
export const SPOKE = 'http://spoke.example';

export interface ScriptedForms {
  /** Submissions as a database would hold them: one for each id. */
  readonly kept: Map<string, Record<string, unknown>>;
  /** Addresses at which the form's description was asked for. */
  readonly asked: string[];
  /** Every post that arrived. */
  readonly posts: Record<string, unknown>[];
  /** What is done with the next posts instead of the usual answer, after they were kept. */
  readonly faults: ((route: Route) => Promise<void>)[];
  /** Put over the form's own description. */
  describe: Record<string, unknown>;
  /** Bytes of uploads that arrived, by part. */
  readonly parts: string[];
}

/** The scripts for pages, built once for a file of tests. */
export async function buildScripts(): Promise<{
  file(name: string): Promise<string>;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-browser-'));
  await buildBrowser(folder);
  return {
    file: (name) => readFile(join(folder, 'forms', name.replace(/\.js$/, '.mjs')), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const MESSAGES = {
  REQUIRED: 'Please fill this in.',
  EMAIL_INVALID: 'Please enter a valid e-mail address.',
  CONSENT_REQUIRED: 'Please agree to this.',
  TOO_LONG: 'At most {max} characters.',
  UPLOAD_TYPE: 'Files of this kind are not taken.',
  SUBMIT: 'Send',
  SENDING: 'Sending …',
  CHOOSE: 'Please choose',
  OPTIONAL: 'optional',
  UPLOADING: 'Uploading …',
  INVALID: 'Please look at the marked fields.',
  FAILED: 'This could not be sent. Please try again.',
  OFFLINE: 'You are offline. The form is sent as soon as there is a connection.',
  RATE: 'That was a lot at once.',
};

/** A form with a field of every kind. */
export const DESCRIPTOR = {
  form: 'contact',
  title: 'Contact',
  language: 'en',
  token: 'signed',
  honeypot: '_website',
  challenge: null,
  success: 'Thank you. We have received your message.',
  messages: MESSAGES,
  fields: [
    {
      name: 'firstName',
      type: 'name',
      label: 'First name',
      required: false,
      autocomplete: 'given-name',
      max: 255,
    },
    { name: 'email', type: 'email', label: 'E-mail', required: true, autocomplete: 'email' },
    {
      name: 'phone',
      type: 'phone',
      label: 'Phone',
      required: false,
      autocomplete: 'tel',
      help: 'With the country code.',
    },
    {
      name: 'country',
      type: 'country',
      label: 'Country',
      required: false,
      options: [{ value: 'DE', label: 'Germany' }],
    },
    {
      name: 'topics',
      type: 'choices',
      label: 'Topics',
      required: false,
      options: [
        { value: 'a', label: 'Alpha' },
        { value: 'b', label: 'Beta' },
      ],
    },
    { name: 'when', type: 'date', label: 'When', required: false, past: false },
    { name: 'at', type: 'time', label: 'Time', required: false },
    { name: 'seats', type: 'number', label: 'Seats', required: false, min: 1, max: 9 },
    { name: 'message', type: 'longtext', label: 'Message', required: true, max: 200 },
    { name: 'sample', type: 'upload', label: 'Sample', required: false, accept: ['.csv'], maxBytes: 1_000 },
    {
      name: 'terms',
      type: 'consent',
      label: 'Terms',
      text: 'I agree to be contacted.',
      version: '1',
      required: true,
    },
    { name: 'source', type: 'hidden', label: 'Source', required: false },
  ],
};

/** Answers everything that a page asks of Spoke, as the server does. */
export async function scriptForms(
  page: Page,
  scripts: { file(name: string): Promise<string> },
): Promise<ScriptedForms> {
  const scripted: ScriptedForms = {
    ...{ kept: new Map(), asked: [], posts: [], faults: [], describe: {}, parts: [] },
  };
  await page.route(`${SPOKE}/**`, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname;
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'range' };
    const json = (status: number, body: unknown, more = {}) =>
      route.fulfill({
        status,
        headers: { ...headers, ...more },
        contentType: 'application/json',
        body: JSON.stringify(body),
      });
    if (path.startsWith('/forms/'))
      return route.fulfill({
        headers,
        contentType: 'text/javascript',
        body: await scripts.file(path.slice(7)),
      });
    if (path.startsWith('/api/uploads')) return answerUpload(path, route, json, scripted);
    if (request.method() === 'GET') scripted.asked.push(request.url());
    if (request.method() === 'GET') return json(200, { ...DESCRIPTOR, ...scripted.describe });
    const post = request.postDataJSON() as Record<string, unknown>;
    const id = String(post._id);
    scripted.posts.push(post);
    const repeated = scripted.kept.has(id);
    scripted.kept.set(id, post);
    const fault = scripted.faults.shift();
    if (fault) return fault(route);
    return json(repeated ? 200 : 201, {
      success: true,
      submissionId: id,
      status: 'received',
      statusUrl: '',
      message: DESCRIPTOR.success,
    });
  });
  return scripted;
}

type Json = (status: number, body: unknown, more?: Record<string, string>) => Promise<void>;

/** Takes parts of ten bytes; a fault stands for one of them. */
async function answerUpload(
  path: string,
  route: Route,
  json: Json,
  { parts, faults }: ScriptedForms,
): Promise<void> {
  const request = route.request();
  const upload = { uploadId: 'u-1', token: 't' };
  const received = parts.join('').length;
  if (path.endsWith('/bytes')) {
    if (request.method() === 'GET') return json(404, {});
    parts.push(request.postData() ?? '');
    const fault = faults.shift();
    if (fault) return fault(route);
    const total = Number(/\/(\d+)$/.exec(request.headers()['content-range'] ?? '')?.[1] ?? 0);
    const now = parts.join('').length;
    return now < total ? json(308, {}, { range: `bytes=0-${now - 1}` }) : json(200, {});
  }
  if (path === '/api/uploads')
    return json(201, {
      ...upload,
      url: `${SPOKE}/api/uploads/u-1/bytes`,
      method: 'PUT',
      headers: {},
      partBytes: 10,
    });
  return json(200, { ...upload, state: path.endsWith('/complete') ? 'stored' : 'waiting', received });
}
