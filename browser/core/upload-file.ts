import { type Answer, callPatiently, type PatientOptions, parseObject, pause } from './call-patiently.ts';
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
  /** First byte of a file in parts that the server does not have yet, where it says so. */
  readonly next?: number;
}

/** Requests one after another that brought nothing on. */
const TRIES = 5;
const WAIT_MS = 1_000;
/** Of silence, after which a request is given up for another. */
const STALL_MS = 45_000;
const RESUME = 308;
/** What another try would not change, with what the visitor is told: forbidden, and too large for what stands before the server. */
const FINAL: Readonly<Record<number, string>> = { 403: 'HTTP_403', 413: 'UPLOAD_TOO_LARGE' };

/**
 * Uploads a file and resolves to what the form's field is to hold. An upload that broke off goes on where it was, also
 * after a reload: the ticket is kept for the session, and the same file gives the same one.
 */
export function createUpload(base: string, call: typeof fetch, kept: KeptValues) {
  return async (file: File, options: UploadOptions = {}): Promise<Result<UploadReference>> => {
    const { form, field, onProgress, ...patient } = options;
    const key = digest([base, form, field, file.name, file.size, file.lastModified].join('\n'));
    let ticket = ticketOf(parseObject(kept.get(key) ?? ''));
    let from = 0;
    const before = ticket && (await askState(ticket, patient)).body;
    if (!ticket || !before?.state || before.state === 'refused') {
      const answer = await askTicket(file, options);
      ticket = ticketOf(answer.body);
      if (ticket === undefined) return ticketFailure(answer);
      kept.set(key, JSON.stringify(ticket));
    } else from = Number(before.received);
    const { uploadId, token } = ticket;
    // By this the ticket is found again when a submission with the file is refused.
    kept.set(uploadId, key);
    const fault = await send(ticket, file, from, options);
    const told = fault ?? (await complete(ticket, patient));
    if (told === undefined) return { success: true, data: { uploadId, token } };
    // Not reached: the next try goes on with this ticket.
    if (told.code !== 'NOT_REACHED') kept.delete(key);
    return told;
  };

  function askTicket({ name, size }: File, { form, field, ...patient }: UploadOptions): Promise<Answer> {
    return callPatiently(
      (signal) => call(`${base}/api/uploads`, json({ name, size, form, field }, signal)),
      patient,
    );
  }

  function askState(
    { uploadId, token }: UploadReference,
    patient: PatientOptions,
    step?: '/complete',
  ): Promise<Answer> {
    const path = `${base}/api/uploads/${uploadId}${step ?? ''}?token=${token}`;
    return callPatiently((signal) => call(path, { method: step ? 'POST' : 'GET', signal }), patient);
  }

  /** Undefined once the server says that it has the whole file. */
  async function complete(ticket: Ticket, patient: PatientOptions): Promise<Failure | undefined> {
    const answer = await askState(ticket, patient, '/complete');
    const { state, reason } = stringsOf(answer.body);
    if (state === 'refused') return failure('UPLOAD_REFUSED', reason);
    return answer.ok ? undefined : failureOf(answer);
  }

  /** Undefined once all bytes have arrived. */
  async function send(
    ticket: Ticket,
    file: File,
    from: number,
    { onProgress, signal, onWaiting }: UploadOptions,
  ): Promise<Failure | undefined> {
    const { url, headers, partBytes = Infinity } = ticket;
    const { size } = file;
    for (let [at, tries] = [from, 0]; tries < TRIES && !signal?.aborted; ) {
      if (at >= size) return undefined;
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
      if (status >= 200 && status < 300) return undefined;
      let arrived = next;
      if (arrived === undefined) {
        await pause(WAIT_MS * 2 ** tries, signal);
        const { body } = await askState(ticket, { signal, onWaiting });
        // What it refused, and what had arrived although its answer had not, both show in the state.
        if (body.state !== undefined && body.state !== 'waiting') return undefined;
        const code = FINAL[status];
        if (code !== undefined) return failure(code);
        arrived = Number(body.received ?? at);
      }
      // A slow line that breaks off again and again comes to its end as well.
      tries = arrived > at ? 0 : tries + 1;
      at = arrived;
    }
    return failure('NOT_REACHED');
  }
}

/** A JSON request. */
export function json(body: unknown, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}) {
  return {
    method: 'POST',
    signal,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}

/** Too large or of a kind that is not taken: by the code of the form's texts, as the browser's own check says it. */
function ticketFailure(answer: Answer): Failure {
  const [code] = Object.values(stringsOf(answer.body.codes));
  const told = failureOf(answer);
  return { ...told, code: code ?? told.code };
}

function ticketOf(found: Readonly<Record<string, unknown>>): Ticket | undefined {
  const { uploadId, token, url } = stringsOf(found);
  if (!uploadId || !token || !url) return undefined;
  return {
    ...{ uploadId, token, url },
    headers: stringsOf(found.headers),
    partBytes: Number(found.partBytes ?? Infinity),
  };
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
    let late = setTimeout(abort, STALL_MS);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(late);
      late = setTimeout(abort, STALL_MS);
      onSent(loaded);
    };
    request.onloadend = () => {
      clearTimeout(late);
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
