import { request } from 'undici';

/** No call of the suite may take longer (ms): beyond it the edge has given up as well. */
const TIMEOUT_MS = 100_000;

/** The fields that cases look at, as if all were there: looking at one that is not fails the case. */
export interface Body {
  id: string;
  status: string;
  message: string;
  category: string;
  correlationId: string;
  numErrors: number;
  total: number;
  new: boolean;
  archived: boolean;
  name: string;
  properties: Record<string, string | null>;
  context: Record<string, string[]>;
  results: Body[];
  errors: { message: string; code: string; category: string; context: Record<string, string[]> }[];
  warnings: { category: string; context: Record<string, string> }[];
  paging: { next: { after: string } };
  list: Body & { listId: string };
  [field: string]: unknown;
}

/** An answer; `body` is empty when it is not JSON. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: Body;
}

export interface CallOptions {
  /** Instead of the subject's token; null sends no Authorization header. */
  token?: string | null;
  headers?: Record<string, string>;
}

export interface Target {
  /** Without a slash at the end. */
  url: string;
  token: string;
}

/** One request as it is written here, with nothing repeated. A body that is text goes out as it is, anything else as JSON. */
export async function send(
  { url, token }: Target,
  method: string,
  path: string,
  { body, token: other, headers }: CallOptions & { body?: unknown } = {},
): Promise<Answer> {
  const secret = other === undefined ? token : other;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await request(url + path, {
    method: method as 'GET',
    headers: {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const answered = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text: answered,
    body: parse(answered) as Body,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
