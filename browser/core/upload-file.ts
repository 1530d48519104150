import { type Answer, callPatiently, isObject, type PatientOptions, pause } from './call-patiently.ts';
import type { UploadReference } from './form-descriptor.ts';
import { type Failure, failure, failureOf, type Result, stringsOf } from './result.ts';
import { digest, type KeptValues } from './submission-id.ts';

export interface UploadOptions extends PatientOptions {
  /** Which form and field it is for: their limits count. */
  readonly form?: string;
  readonly field?: string;
  /** Bytes that have arrived, of all; told often. */
  readonly onProgress?: (sent: number, total: number) => void;
}

interface Ticket extends UploadReference {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts of this size are taken; none: one request for all. */
  readonly partBytes?: number;
}

interface Put {
  /** 0: not reached. */
  readonly status: number;
  /** First byte that the server does not have yet, where it says so. */
  readonly next?: number;
}

/** Requests one after another that brought nothing on. */
const TRIES = 5;
const WAIT_MS = 1_000;
const RESUME = 308;

/**
 * Uploads a file and resolves to what the form's field is to hold. An upload that broke off goes on where it was, also
 * after a reload: the ticket is kept for the session, and the same file gives the same one.
 */
export function createUpload(base: string, call: typeof fetch, kept: KeptValues) {
  return async (file: File, options: UploadOptions = {}): Promise<Result<UploadReference>> => {
    const key = digest([base, options.form, file.name, file.size, file.lastModified].join('\n'));
    let ticket = ticketOf(JSON.parse(kept.get(key) ?? '{}'));
    let from = 0;
    const before = ticket && (await askState(ticket)).body;
    if (!ticket || !before?.state || before.state === 'refused') {
      const answer = await askTicket(file, options);
      ticket = ticketOf(answer.body);
      if (ticket === undefined) return failureOf(answer);
      kept.set(key, JSON.stringify(ticket));
    } else from = Number(before.received);
    const { uploadId, token } = ticket;
    const fault = await send(ticket, file, from, options);
    if (fault !== undefined) return fault;
    const { body } = await askState(ticket, '/complete');
    if (body.state !== 'refused') return { success: true, data: { uploadId, token } };
    kept.delete(key);
    return failure('UPLOAD_REFUSED', body.reason === undefined ? undefined : String(body.reason));
  };

  function askTicket(
    { name, size, type }: File,
    { form, field, ...patient }: UploadOptions,
  ): Promise<Answer> {
    return callPatiently(
      (signal) => call(`${base}/api/uploads`, json({ name, size, type, form, field }, signal)),
      patient,
    );
  }

  function askState({ uploadId, token }: UploadReference, step?: '/complete'): Promise<Answer> {
    const path = `${base}/api/uploads/${uploadId}${step ?? ''}?token=${encodeURIComponent(token)}`;
    return callPatiently((signal) => call(path, { method: step ? 'POST' : 'GET', signal }));
  }

  /** Undefined once all bytes have arrived. */
  async function send(
    ticket: Ticket,
    file: File,
    from: number,
    { onProgress, signal }: UploadOptions,
  ): Promise<Failure | undefined> {
    const { url, headers, partBytes = Infinity } = ticket;
    const { size } = file;
    for (let [at, tries] = [from, 0]; tries < TRIES && !signal?.aborted; ) {
      if (at >= size && size > 0) return undefined;
      const inParts = size > partBytes;
      const start = inParts ? at : 0;
      const end = Math.min(start + partBytes, size);
      const range = `bytes ${start}-${end - 1}/${size}`;
      const { status, next } = await putBytes(
        url,
        inParts ? { ...headers, 'content-range': range } : headers,
        file.slice(start, end),
        signal,
        (sent) => onProgress?.(Math.min(start + sent, size), size),
      );
      if (status === RESUME) {
        at = next ?? end;
        tries = 0;
        continue;
      }
      if (status >= 200 && status < 300) return undefined;
      await pause(WAIT_MS * 2 ** tries, signal);
      tries += 1;
      const { body } = await askState(ticket);
      // What it refused, and what had arrived although its answer had not, both show in the state.
      if (body.state !== undefined && body.state !== 'waiting') return undefined;
      at = Number(body.received ?? at);
    }
    return failure('NOT_REACHED');
  }
}

/** A JSON request. */
export function json(body: unknown, signal: AbortSignal): RequestInit {
  return {
    method: 'POST',
    signal,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
}

function ticketOf(found: unknown): Ticket | undefined {
  if (!isObject(found)) return undefined;
  const { uploadId, token, url, headers, partBytes } = found;
  if (typeof uploadId !== 'string' || typeof token !== 'string' || typeof url !== 'string') return undefined;
  return { uploadId, token, url, headers: stringsOf(headers), partBytes: Number(partBytes ?? Infinity) };
}

/** By XMLHttpRequest: `fetch` tells nothing of how far it is. */
function putBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  bytes: Blob,
  signal: AbortSignal | undefined,
  onSent: (sent: number) => void,
): Promise<Put> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onloadend = () => {
      signal?.removeEventListener('abort', abort);
      // Only where there is something to resume: a header that was not exposed is asked for in vain, with a warning.
      const range =
        request.status === RESUME ? /-(\d+)$/.exec(request.getResponseHeader('range') ?? '') : null;
      resolve({ status: request.status, ...(range ? { next: Number(range[1]) + 1 } : {}) });
    };
    signal?.addEventListener('abort', abort);
    request.send(bytes);
  });
}
