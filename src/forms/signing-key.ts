import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database, Row } from '../db/database.ts';

/** Signs short texts with the installation's own key, which all processes share. What is signed for one purpose is worth nothing for another. */
export interface Signer {
  /** 43 characters that may stand in an address (base64url of HMAC-SHA-256). */
  sign(purpose: string, text: string): Promise<string>;
  /** Whether `signature` is what `sign` gives; takes as long for a wrong one. */
  verify(purpose: string, text: string, signature: string): Promise<boolean>;
}

interface KeyRow extends Row {
  secret: Buffer;
}

/** Reads the key at its first use and keeps it: it never changes. */
export function createSigner(db: Pick<Database, 'query'>): Signer {
  let reading: Promise<Buffer> | undefined;

  async function read(): Promise<Buffer> {
    const [row] = await db.query<KeyRow>('select secret from {schema}.signing_key');
    if (!row) throw new Error('The signing key is missing: the first migration of submissions makes it.');
    return row.secret;
  }

  async function secret(): Promise<Buffer> {
    reading ??= read();
    try {
      return await reading;
    } catch (error) {
      // A database that was away for a moment must not be remembered.
      reading = undefined;
      throw error;
    }
  }

  async function mac(purpose: string, text: string): Promise<Buffer> {
    return createHmac('sha256', await secret())
      .update(`${purpose}\0${text}`)
      .digest();
  }

  return {
    sign: async (purpose, text) => (await mac(purpose, text)).toString('base64url'),
    async verify(purpose, text, signature) {
      // As text: decoded, the last of the 43 characters has bits that say nothing, and four spellings would do.
      const given = Buffer.from(signature);
      const wanted = Buffer.from((await mac(purpose, text)).toString('base64url'));
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
