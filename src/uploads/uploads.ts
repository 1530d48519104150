import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { acceptedEndings, isAccepted, MEDIA_TYPES } from '../config/file-kinds.ts';
import type { FormDefinitions } from '../config/forms.ts';
import { MAX_UPLOAD_BYTES, type UploadsConfig } from '../config/uploads.ts';
import type { Database, Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { type ClaimOptions, claimUploads, type UploadClaim } from './claim-uploads.ts';
import { kindOfFile, shownName } from './file-name.ts';
import type { FileProfile } from './profile/profile.ts';
import type { UploadStore } from './store.ts';
import {
  beginWriting,
  endWriting,
  findByToken,
  findUpload,
  insertUpload,
  markStored,
  type UploadRow,
  type UploadState,
} from './upload-rows.ts';

export interface UploadRequest {
  readonly name: string;
  readonly size: number;
  /** Whose limits count too. */
  readonly form?: string | undefined;
  readonly field?: string | undefined;
}

/** What a browser sends a file with. */
export interface UploadTicket {
  readonly uploadId: string;
  readonly token: string;
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  /** Larger files come in parts of this size. */
  readonly partBytes?: number;
}

export interface UploadStatus {
  readonly uploadId: string;
  readonly state: UploadState;
  readonly received: number;
  /** Why it was refused, for the visitor. */
  readonly reason?: string;
  readonly profile?: FileProfile;
}

/** Part of a file: bytes `start` to `end`, of `total`. */
export interface UploadPart {
  readonly start: number;
  readonly end: number;
  readonly total: number;
}

/** Files of visitors, from the ticket to the download. What is asked for with a wrong id or token is not there. */
export interface Uploads {
  /** @throws SpokeError UPLOAD_INVALID with fields and codes, UPLOAD_RATE. */
  ask(request: UploadRequest, address: string | undefined): Promise<UploadTicket>;
  /**
   * Takes bytes; those that came before a request breaks off are kept.
   *
   * @throws SpokeError UPLOAD_NOT_FOUND, UPLOAD_RANGE, UPLOAD_BUSY.
   */
  write(
    id: string,
    token: string,
    part: UploadPart | undefined,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<UploadStatus>;
  /** @throws SpokeError UPLOAD_NOT_FOUND. */
  status(id: string, token: string): Promise<UploadStatus>;
  /** All bytes were sent. @throws SpokeError UPLOAD_NOT_FOUND, UPLOAD_RANGE while bytes are missing. */
  complete(id: string, token: string): Promise<UploadStatus>;
  /** Makes files those of a submission, in its transaction. @throws SpokeError SUBMISSION_INVALID. */
  claim(tx: Queryable, claim: UploadClaim): Promise<void>;
  /** A path with its signature, by which people get the file as long as it is kept. */
  linkOf(id: string): Promise<string>;
  /** The file for people; `signature` undefined: the caller has a key. @throws SpokeError UPLOAD_NOT_FOUND. */
  download(id: string, signature?: string): Promise<Download>;
}

export interface Download {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly content: Readable;
}

export interface UploadsOptions {
  readonly db: Database;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly store: UploadStore;
  readonly config: UploadsConfig;
  readonly forms: FormDefinitions;
  /** `website.messages`. */
  readonly messages?: ClaimOptions['messages'];
  readonly signer: {
    sign(purpose: string, text: string): Promise<string>;
    verify(purpose: string, text: string, signature: string): Promise<boolean>;
  };
  /** Where visitors and people reach the HTTP API, without a slash at the end. */
  readonly baseUrl: () => string;
  /** What an address counts as for the limit. */
  readonly limitKey: (address: string | undefined) => string;
  readonly observers: {
    /** A ticket was asked for. */
    onAsked(outcome: TicketOutcome): void;
    onStored(bytes: number): void;
  };
}

/** How asking for a ticket ended, for metrics. */
export type TicketOutcome = 'given' | 'invalid' | 'limited' | 'failed';

/** Tickets of one address. */
const LIMIT = { count: 20, seconds: 600 };
/** How long bytes are waited for, s. */
const TICKET_SECONDS = 3_600;
/** A request takes at most 30 s, within which also a slow line sends so much. */
const PART_BYTES = 1_048_576;
/** Longer than any request; after that another one may write. */
const WRITING_SECONDS = 40;
const LINK = 'upload-link';
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createUploads(options: UploadsOptions): Uploads {
  const { db, clock, store, config, forms, signer, baseUrl } = options;

  async function found(id: string, token: string): Promise<UploadRow> {
    const row = ID.test(id) ? await findByToken(db, id, token) : undefined;
    if (!row) throw notFound();
    return row;
  }

  async function statusOf({ id, state, size, reason, profile }: UploadRow): Promise<UploadStatus> {
    return {
      uploadId: id,
      state,
      received: state === 'waiting' ? await store.received(id) : size,
      ...(reason === null ? {} : { reason }),
      ...(profile === null ? {} : { profile }),
    };
  }

  /**
   * Works on the bytes while no other request does, until they are stored: what has been looked through can then not be written any
   * more, by whichever request.
   */
  async function alone(
    row: UploadRow,
    token: string,
    work: (isLate: () => boolean) => Promise<void>,
  ): Promise<UploadStatus> {
    const { id, size } = row;
    const until = clock.monotonic() + WRITING_SECONDS * 1_000;
    const hold = await beginWriting(db, id, WRITING_SECONDS);
    if (hold === undefined) {
      const now = await found(id, token);
      if (now.state === 'waiting') throw busy();
      return statusOf(now);
    }
    try {
      if ((await store.received(id)) !== size) await work(() => clock.monotonic() >= until);
      if ((await store.received(id)) !== size) return await statusOf(row);
      await store.finish(id);
      if (!(await markStored(db, id, hold))) throw busy();
      options.observers.onStored(size);
    } finally {
      await endWriting(db, id, hold);
    }
    return statusOf(await found(id, token));
  }

  async function expectAll({ id, size }: UploadRow): Promise<void> {
    const received = await store.received(id);
    if (received !== size) throw wrongRange(received, size);
  }

  async function complete(id: string, token: string): Promise<UploadStatus> {
    const row = await found(id, token);
    if (row.state !== 'waiting') return statusOf(row);
    // Before anything is held: who asks too early keeps no other request from sending.
    await expectAll(row);
    return alone(row, token, () => expectAll(row));
  }

  async function ask(request: UploadRequest, address: string | undefined): Promise<UploadTicket> {
    const { name, kind, size } = checked(request, config, forms);
    const id = randomUUID();
    await takeLimit(options, id, address);
    const token = randomBytes(32).toString('base64url');
    const seconds = TICKET_SECONDS;
    const expiresAt = await insertUpload(db, { id, token, name, kind, size, seconds });
    const type = MEDIA_TYPES[kind];
    const direct = await store.address?.({ id, size, type, seconds });
    return {
      uploadId: id,
      token,
      ...(direct ?? {
        url: `${baseUrl()}/api/uploads/${id}/bytes?token=${token}`,
        headers: {},
        partBytes: PART_BYTES,
      }),
      method: 'PUT',
      expiresAt,
    };
  }

  async function linkOf(id: string): Promise<string> {
    return `${baseUrl()}/api/uploads/${id}/file?link=${await signer.sign(LINK, id)}`;
  }

  return {
    async ask(request, address) {
      try {
        const ticket = await ask(request, address);
        options.observers.onAsked('given');
        return ticket;
      } catch (error) {
        options.observers.onAsked(outcomeOf(error));
        throw error;
      }
    },
    async write(id, token, part, bytes) {
      const row = await found(id, token);
      if (row.state !== 'waiting') return statusOf(row);
      const { start, end, total } = part ?? { start: 0, end: row.size - 1, total: row.size };
      return alone(row, token, async (isLate) => {
        const received = await store.received(id);
        if (total !== row.size || end >= total || start > end || start > received || !store.write)
          throw wrongRange(received, row.size);
        await store.write(id, start, exactly(bytes, { length: end - start + 1, size: row.size, isLate }));
      });
    },
    status: async (id, token) => statusOf(await found(id, token)),
    complete,
    claim: (tx, claim) => claimUploads(tx, claim, { forms, messages: options.messages, linkOf }),
    linkOf,
    async download(id, signature) {
      const isAllowed = signature === undefined || (await signer.verify(LINK, id, signature));
      const row = ID.test(id) && isAllowed ? await findUpload(db, id) : undefined;
      // Nobody is handed what was not looked through.
      if (row?.state !== 'ready') throw notFound();
      const { name, kind, size } = row;
      return { name, type: MEDIA_TYPES[kind], size, content: await store.read(id) };
    },
  };
}

function checked(request: UploadRequest, config: UploadsConfig, forms: FormDefinitions) {
  const fields = own(forms, request.form?.replaceAll('-', '_'))?.fields;
  const field = fields && own(fields, request.field);
  const limits = field?.type === 'upload' ? field : undefined;
  const name = shownName(request.name);
  const kind = kindOfFile(name);
  const most = Math.min(config.maxBytes ?? MAX_UPLOAD_BYTES, limits?.maxBytes ?? Number.POSITIVE_INFINITY);
  if (request.size > most)
    throw invalid(
      'size',
      'UPLOAD_TOO_LARGE',
      `The file has ${request.size} bytes: at most ${most} are taken.`,
    );
  if (
    kind === undefined ||
    ![config.accept, limits?.accept].every((accept) => isAccepted(name, kind, accept))
  )
    throw invalid(
      'name',
      'UPLOAD_TYPE',
      `Files of this kind are not taken: give one that ends with ${acceptedEndings(config.accept, limits?.accept).join(', ')}.`,
    );
  return { name, kind, size: request.size };
}

/** What the names come from is a visitor's: `constructor` is no form. */
function own<Of>(all: Readonly<Record<string, Of>>, name: string | undefined): Of | undefined {
  return name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

async function takeLimit(
  { db, config, signer, limitKey }: UploadsOptions,
  id: string,
  address: string | undefined,
): Promise<void> {
  const key = `upload:${await signer.sign('limit-upload', limitKey(address))}`;
  const [row] = await db.query<{ wait_ms: number }>(
    'select {schema}.take_form_limits($1::text::uuid, $2::text::jsonb) as wait_ms',
    [id, JSON.stringify([{ key, ...(config.perAddress ?? LIMIT) }])],
  );
  const retryAfterMs = row?.wait_ms ?? 0;
  if (retryAfterMs > 0)
    throw new SpokeError(
      'UPLOAD_RATE',
      `Too many files were sent from here: try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
      { facts: { retryAfterMs } },
    );
}

/** Passes on at most so many bytes, while it may: what comes beyond ends the request, with what came before kept. */
async function* exactly(
  bytes: AsyncIterable<Uint8Array>,
  {
    length,
    size,
    isLate,
  }: { readonly length: number; readonly size: number; readonly isLate: () => boolean },
): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const chunk of bytes) {
    if (isLate()) throw busy();
    if (chunk.length > left) throw wrongRange(length - left, size);
    left -= chunk.length;
    yield chunk;
  }
}

function outcomeOf(error: unknown): TicketOutcome {
  const code = error instanceof SpokeError ? error.code : undefined;
  return code === 'UPLOAD_INVALID' ? 'invalid' : code === 'UPLOAD_RATE' ? 'limited' : 'failed';
}

function invalid(field: string, code: string, message: string): SpokeError {
  return new SpokeError('UPLOAD_INVALID', message, {
    facts: { fields: { [field]: message }, codes: { [field]: code } },
  });
}

function notFound(): SpokeError {
  return new SpokeError('UPLOAD_NOT_FOUND', 'There is no such upload: ask for a new one.');
}

function wrongRange(received: number, size: number): SpokeError {
  return new SpokeError(
    'UPLOAD_RANGE',
    `The bytes do not follow on: ${received} of ${size} have come. Go on there, with content-range.`,
  );
}

function busy(): SpokeError {
  return new SpokeError('UPLOAD_BUSY', 'Another request is sending this file: wait until it has ended.');
}
