import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EmailFlaw, normaliseEmail } from './email.ts';

const USABLE: readonly (readonly [given: string, email: string])[] = [
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace@Example.COM ', 'ada.lovelace@example.com'],
  ['\u00A0\u200Bada@example.com\uFEFF\u2003\n', 'ada@example.com'],
  ['\u202Aada@example.com\u202C', 'ada@example.com'],
  ['Ada+News@example.com', 'ada+news@example.com'],
  ["o'brien!#$%&*/=?^_`{|}~-@example.com", "o'brien!#$%&*/=?^_`{|}~-@example.com"],
  ['USER1@bücher.EXAMPLE', 'user1@xn--bcher-kva.example'],
  ['user1@XN--BCHER-KVA.example', 'user1@xn--bcher-kva.example'],
  ['user1@BU\u0308CHER.example', 'user1@xn--bcher-kva.example'],
  ['ada@例え。example', 'ada@xn--r8jz45g.example'],
  ['JOSÉ@example.com', 'josé@example.com'],
  ['jose\u0301@example.com', 'josé@example.com'],
  ['用户@example.com', '用户@example.com'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ['a@sub.dept.example.co.uk', 'a@sub.dept.example.co.uk'],
  ['a@1.example', 'a@1.example'],
];

const LABEL = 'a'.repeat(61);

const UNUSABLE: readonly (readonly [given: unknown, flaw: EmailFlaw])[] = [
  [null, 'empty'],
  [undefined, 'empty'],
  ['', 'empty'],
  [' \u200B\t', 'empty'],
  [42, 'not-text'],
  [{ email: 'a@example.com' }, 'not-text'],
  ['ada', 'no-at'],
  ['ada@@example.com', 'several-at'],
  ['ada@one@example.com', 'several-at'],
  ['"ada"@example.com', 'quoted'],
  ['"a@b"@example.com', 'quoted'],
  ['@example.com', 'local-empty'],
  ['ada lovelace@example.com', 'local-character'],
  ['ada\u200Blovelace@example.com', 'local-character'],
  ['Ada <ada@example.com', 'local-character'],
  ['ada\u0000x@example.com', 'local-character'],
  ['ada\uD800@example.com', 'local-character'],
  ['ada,bob@example.com', 'local-character'],
  ['.ada@example.com', 'local-dots'],
  ['ada.@example.com', 'local-dots'],
  ['a..b@example.com', 'local-dots'],
  [`${'a'.repeat(65)}@example.com`, 'local-too-long'],
  [`${'é'.repeat(33)}@example.com`, 'local-too-long'],
  ['ada@', 'domain-empty'],
  ['ada@localhost', 'domain-no-dot'],
  ['ada@.example.com', 'domain-dots'],
  ['ada@example.com.', 'domain-dots'],
  ['ada@example..com', 'domain-dots'],
  ['ada@exa mple.com', 'domain-invalid'],
  ['ada@exa_mple.com', 'domain-invalid'],
  ['ada@-example.com', 'domain-invalid'],
  ['ada@example-.com', 'domain-invalid'],
  ['ada@[192.0.2.1]', 'domain-invalid'],
  ['ada@192.0.2.1', 'domain-invalid'],
  ['ada@１９２.0.2.1', 'domain-invalid'],
  ['ada@xn--.example', 'domain-invalid'],
  [`ada@${'a'.repeat(64)}.example`, 'domain-invalid'],
  [`${'a'.repeat(64)}@${LABEL}.${LABEL}.${LABEL}.example`, 'too-long'],
];

describe('normaliseEmail', () => {
  test.each(USABLE)('%j becomes %j', (given, email) => {
    expect(normaliseEmail(given)).toEqual({ ok: true, email });
  });

  test.each(UNUSABLE)('%j is refused as %s', (given, flaw) => {
    expect(normaliseEmail(given)).toMatchObject({ ok: false, flaw });
  });

  test('refuses what is far too long at once', () => {
    expect(normaliseEmail(`${'a'.repeat(2_000)}@example.com`)).toMatchObject({ flaw: 'too-long' });
  });

  test('takes 254 characters and not 255', () => {
    const domain = `${LABEL}.${LABEL}.${LABEL}.example`;
    const local = 'a'.repeat(254 - domain.length - 1);
    expect(normaliseEmail(`${local}@${domain}`).ok).toBe(true);
    expect(normaliseEmail(`${local}a@${domain}`)).toMatchObject({ flaw: 'too-long' });
  });

  test('leaves what it has normalised as it is', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(part, fc.domain(), (local, domain) => {
        const once = normaliseEmail(`${local}@${domain}`);
        fc.pre(once.ok);
        expect(normaliseEmail(once.email)).toEqual(once);
      }),
    );
  });

  test('never repeats the address in its reason', () => {
    const refusals = UNUSABLE.map(([given]) => normaliseEmail(given));
    for (const result of refusals) expect(result.ok ? '' : result.why).not.toMatch(/ada|example\.com/);
  });

  test('takes linear time on a long run of spaces', () => {
    const started = process.cpuUsage().user;
    normaliseEmail(`a${' '.repeat(200_000)}b@example.com`);
    expect(process.cpuUsage().user - started).toBeLessThan(500_000);
  });
});
