import type { Context } from 'hono';
import { SpokeError } from '../errors.ts';

/** What was posted to a form. */
export interface FormBody {
  /** A field that came several times is a list. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Sent by an HTML form, without script. */
  readonly isPlainPost: boolean;
}

export const FORM_MEDIA_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
] as const;

/** A form is flat: fields, lists of choices, an upload's ticket, the page. */
const MAX_DEPTH = 4;
/** Names and entries of lists together. */
const MAX_PARTS = 1_000;
const MAX_NAME = 200;

/**
 * Reads JSON, a posted HTML form, or a multipart one without files.
 *
 * @throws SpokeError HTTP_BODY_INVALID for what is no flat object of fields, HTTP_MEDIA_TYPE for files and other types.
 */
export async function readFormBody(c: Context): Promise<FormBody> {
  const type = mediaTypeOf(c.req.header('content-type'));
  if (type === 'application/json') return { fields: flat(parseJson(await textOf(c))), isPlainPost: false };
  if (type === 'application/x-www-form-urlencoded')
    return { fields: grouped([...new URLSearchParams(await textOf(c))]), isPlainPost: true };
  if (type === 'multipart/form-data')
    return { fields: grouped(await readMultipart(c.req.raw)), isPlainPost: true };
  throw new SpokeError(
    'HTTP_MEDIA_TYPE',
    `The body is none of ${FORM_MEDIA_TYPES.join(', ')}: send one of them.`,
  );
}

export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function textOf(c: Context): Promise<string> {
  try {
    return await c.req.text();
  } catch (error) {
    if (error instanceof SpokeError) throw error;
    // The visitor is gone, or was too slow: no fault of the server, and nobody to be told.
    throw invalid('ended before it was complete');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('cannot be read as JSON: send one JSON object of fields');
  }
}

async function readMultipart(request: Request): Promise<[string, string][]> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch (error) {
    // Too large a body is its own answer.
    if (error instanceof SpokeError) throw error;
    throw invalid('cannot be read as multipart/form-data');
  }
  const entries: [string, string][] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') entries.push([name, value]);
    // A file field that was left empty comes as an empty file without a name.
    else if (value.size > 0 || value.name !== '')
      throw new SpokeError(
        'HTTP_MEDIA_TYPE',
        `The field ${JSON.stringify(name.slice(0, 50))} has a file: send files to /api/uploads, and their tickets here.`,
      );
  }
  return entries;
}

function grouped(entries: readonly (readonly [string, string])[]): Readonly<Record<string, unknown>> {
  if (entries.length > MAX_PARTS) throw invalid(`has more than ${MAX_PARTS} fields`);
  const fields = new Map<string, string | string[]>();
  for (const [given, value] of entries) {
    const name = given.replace(/\[\]$/, '');
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return flat(Object.fromEntries(fields));
}

function flat(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('is no object: send one object of fields');
  countParts(value, MAX_DEPTH, 0);
  return Object.fromEntries(Object.entries(value));
}

function countParts(value: unknown, depth: number, before: number): number {
  if (typeof value !== 'object' || value === null) return before;
  if (depth === 0) throw invalid(`is nested more than ${MAX_DEPTH} levels deep: fields stand at the top`);
  let parts = before;
  for (const [name, each] of Object.entries(value)) {
    parts += 1;
    if (parts > MAX_PARTS || name.length > MAX_NAME)
      throw invalid(`has more than ${MAX_PARTS} fields, or a name of more than ${MAX_NAME} characters`);
    parts = countParts(each, depth - 1, parts);
  }
  return parts;
}

function invalid(what: string): SpokeError {
  return new SpokeError('HTTP_BODY_INVALID', `The body ${what}.`);
}
