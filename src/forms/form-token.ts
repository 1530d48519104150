import type { Signer } from './signing-key.ts';

/** Says when a form was given out: its name and the time, signed. */
export interface FormTokens {
  issue(form: string): Promise<string>;
  /** How old the token is, ms; why it does not count otherwise. Never rejects but for the database. */
  read(form: string, token: unknown): Promise<FormTokenAge>;
}

export type FormTokenAge =
  | { readonly ok: true; readonly ageMs: number }
  | { readonly ok: false; readonly why: 'absent' | 'invalid' };

const PURPOSE = 'form';
const TOKEN = /^([0-9a-z]{6,10})\.([\w-]{43})$/;
/** Two processes' clocks may differ by this much, ms. */
const CLOCK_SKEW_MS = 5_000;

/** `now`: wall clock, ms. */
export function createFormTokens(signer: Signer, now: () => number): FormTokens {
  return {
    async issue(form) {
      const at = now().toString(36);
      return `${at}.${await signer.sign(PURPOSE, `${form}\0${at}`)}`;
    },
    async read(form, token) {
      if (token === undefined || token === null || token === '') return { ok: false, why: 'absent' };
      const [, at, signature] = TOKEN.exec(typeof token === 'string' ? token : '') ?? [];
      if (at === undefined || signature === undefined) return { ok: false, why: 'invalid' };
      const ageMs = now() - Number.parseInt(at, 36);
      const isOurs = await signer.verify(PURPOSE, `${form}\0${at}`, signature);
      if (!isOurs || ageMs < -CLOCK_SKEW_MS) return { ok: false, why: 'invalid' };
      return { ok: true, ageMs: Math.max(0, ageMs) };
    },
  };
}
