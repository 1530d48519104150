import { request } from 'undici';
import { type Simulator, type SimulatorOptions, startSimulator } from './index.ts';

/** The fields that tests look at, as if all were there: looking at one that is not fails the test. */
export interface Body {
  id: string;
  message: string;
  category: string;
  numErrors: number;
  properties: Record<string, string | null>;
  results: Body[];
  errors: { message: string; code: string; category: string; context: Record<string, string[]> }[];
  warnings: unknown[];
  paging: { next: { after: string; link: string } };
  [field: string]: unknown;
}

/** An answer; `body` is empty when it is not a JSON object. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: Body;
}

export interface TestPortal {
  simulator: Simulator;
  /** Calls the API with the first token; headers may be overridden, null removes one. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | null>,
  ): Promise<Answer>;
  /** Calls an admin endpoint. */
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
}

export const CONTACTS = '/crm/objects/2026-09/contacts';
export const NOTES = '/crm/objects/2026-09/notes';

/** A fresh portal without limits and with answers in input order, unless the options say otherwise. */
export async function startPortal(options: SimulatorOptions = {}): Promise<TestPortal> {
  const behaviour = { shuffleResults: false, ...options.behaviour };
  const simulator = await startSimulator({ limits: 'none', ...options, behaviour });
  const send = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await request(simulator.url + path, {
      method: method as 'GET',
      headers,
      ...(text === undefined ? {} : { body: text }),
    });
    return toAnswer(response.statusCode, response.headers, await response.body.text());
  };
  return {
    simulator,
    call(method, path, body, headers = {}) {
      const all = {
        authorization: `Bearer ${simulator.token}`,
        'content-type': 'application/json',
        ...headers,
      };
      const kept = Object.entries(all).flatMap(([name, value]) =>
        value === null ? [] : [[name, value] as const],
      );
      return send(method, path, body, Object.fromEntries(kept));
    },
    admin: (method, path, body) => send(method, `/_simulator/${path}`, body, {}),
  };
}

/** Inputs of an upsert by e-mail, `[email, properties]`, with trace ids t1, t2, ... when asked. */
export function upserts(
  rows: readonly [email: string, properties: Record<string, unknown>][],
  traced = false,
) {
  return {
    inputs: rows.map(([id, properties], place) => ({
      id,
      idProperty: 'email',
      properties,
      ...(traced ? { objectWriteTraceId: `t${place + 1}` } : {}),
    })),
  };
}

/** Body of a unique text property. */
export function uniqueProperty(name: string) {
  return {
    name,
    label: name,
    groupName: 'contactinformation',
    type: 'string',
    fieldType: 'text',
    hasUniqueValue: true,
  };
}

function toAnswer(status: number, headers: Answer['headers'], text: string): Answer {
  return { status, headers, text, body: parseBody(text) as Body };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
