import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { createLeads, Form } from './leads.ts';

/** Bytes of a request's body. */
const MAX_BODY = 64 * 1024;

const text = z.string().max(10_000);
const leadSchema = z.strictObject({
  email: z.string().min(3).max(320),
  firstname: text.optional(),
  phone: text.optional(),
  message: text.optional(),
});
const formSchema = z.record(z.string(), z.union([text, z.array(text)]));
const FORMS: readonly string[] = ['demo_request', 'quote_request'] satisfies readonly Form[];

export interface ServerOptions {
  readonly pool: Pool;
  readonly leads: ReturnType<typeof createLeads>;
  /** 0: any free one. */
  readonly port: number;
}

export interface LeadServer {
  readonly url: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * The application's HTTP side: `POST /leads`, `POST /forms/demo_request`, `GET /leads/ID`. A lead is answered as soon as it is in the
 * database; whether HubSpot can be reached plays no part.
 */
export async function startServer({ pool, leads, port }: ServerOptions): Promise<LeadServer> {
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = new URL(request.url ?? '/', 'http://leads').pathname;
    const lead = /^\/leads\/([0-9a-f-]{36})$/.exec(path)?.[1];
    if (request.method === 'GET' && lead !== undefined) return showLead(pool, lead);
    const form = /^\/forms\/(\w+)$/.exec(path)?.[1];
    if (request.method !== 'POST' || (path !== '/leads' && form === undefined))
      return problem(404, 'not found');
    const body = await readBody(request);
    if (!body.ok) return body.answer;
    if (form !== undefined) return submitForm(form, body.value);
    const parsed = leadSchema.safeParse(body.value);
    if (!parsed.success) return refused(parsed.error);
    const id = await inTransaction(pool, (tx) => leads.add(tx, parsed.data));
    await leads.wake(pool);
    return { status: 201, body: { id } };
  };

  const submitForm = async (name: string, value: unknown): Promise<Answer> => {
    if (!isForm(name)) return problem(404, `there is no form ${name}`);
    const parsed = formSchema.safeParse(value);
    if (!parsed.success) return refused(parsed.error);
    const receipt = await inTransaction(pool, (tx) => leads.submit(tx, name, parsed.data));
    if (receipt.status === 'refused') return problem(422, receipt.message);
    await leads.wake(pool);
    return { status: 202, body: { event: receipt.id } };
  };

  const server = createServer((request, response) => {
    answer(request).then(
      (given) => send(response, given),
      () => send(response, problem(500, 'something went wrong; nothing was recorded')),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function showLead(pool: Pool, id: string): Promise<Answer> {
  const { rows } = await pool.query(
    `select id, hubspot_id, hubspot_sync_status, hubspot_synced_at, hubspot_error, hubspot_sync_attempts,
       last_hubspot_attempt_at
     from lead_sync.leads where id = $1`,
    [id],
  );
  return rows.length === 0 ? problem(404, 'there is no such lead') : { status: 200, body: rows[0] };
}

async function inTransaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function readBody(
  request: IncomingMessage,
): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly answer: Answer }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) return { ok: false, answer: problem(413, `a body has at most ${MAX_BODY} bytes`) };
    chunks.push(bytes);
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { ok: false, answer: problem(400, 'the body is no JSON') };
  }
}

const isForm = (name: string): name is Form => FORMS.includes(name);

const problem = (status: number, message: string): Answer => ({ status, body: { error: message } });

function refused(error: z.ZodError): Answer {
  const fields = Object.fromEntries(error.issues.map(({ path, message }) => [path.join('.'), message]));
  return { status: 422, body: { error: 'some fields do not fit', fields } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
