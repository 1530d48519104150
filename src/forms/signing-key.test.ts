import { describe, expect, it } from 'vitest';
import { createSigner } from './signing-key.ts';

const signer = createSigner({ query: async () => [{ secret: Buffer.alloc(32, 7) }] as never });
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a signature', () => {
  it('holds for its purpose and text alone', async () => {
    const signature = await signer.sign('link', 'a');
    expect(signature).toMatch(/^[\w-]{43}$/);
    expect(await signer.verify('link', 'a', signature)).toBe(true);
    expect(await signer.verify('link', 'b', signature)).toBe(false);
    expect(await signer.verify('form', 'a', signature)).toBe(false);
  });

  it('has one spelling: any other last character is refused', async () => {
    const signature = await signer.sign('link', 'a');
    const taken: string[] = [];
    for (const last of DIGITS) {
      const spelled = `${signature.slice(0, -1)}${last}`;
      if (await signer.verify('link', 'a', spelled)) taken.push(spelled);
    }
    expect(taken).toEqual([signature]);
    for (const spelled of [`${signature}=`, `${signature} `, signature.slice(0, -1), '', 'ä'.repeat(43)])
      expect(await signer.verify('link', 'a', spelled)).toBe(false);
  });

  it('is made with the key once the database is back', async () => {
    let isAway = true;
    const later = createSigner({
      query: async () => {
        if (isAway) throw new Error('away');
        return [{ secret: Buffer.alloc(32, 7) }] as never;
      },
    });
    await expect(later.sign('link', 'a')).rejects.toThrow('away');
    isAway = false;
    expect(await later.sign('link', 'a')).toBe(await signer.sign('link', 'a'));
  });
});
