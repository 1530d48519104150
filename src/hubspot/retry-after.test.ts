import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);

describe('retry-after', () => {
  it.each<[string, number | undefined]>([
    ['3', 3000],
    [' 3 ', 3000],
    ['1.5', 1500],
    ['86400', MAX_RETRY_AFTER_MS],
    ['1000000000', MAX_RETRY_AFTER_MS],
    ['999999999999999', MAX_RETRY_AFTER_MS],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2099 10:00:30 GMT', MAX_RETRY_AFTER_MS],
    ['Sun, 22 Nov 2026 09:00:00 GMT', undefined],
    ['Sun, 99 Nov 2026 10:00:30 GMT', undefined],
    ['0', undefined],
    ['-5', undefined],
    ['', undefined],
    ['soon', undefined],
    ['3 seconds', undefined],
    ['Infinity', undefined],
    ['1e9', undefined],
    ['9'.repeat(400), undefined],
    ['2026-11-22', undefined],
  ])('%j asks for %s ms', (value, expected) => {
    expect(parseRetryAfter({ 'retry-after': value }, NOW)).toBe(expected);
  });

  it('that is absent asks for nothing', () => {
    expect(parseRetryAfter({}, NOW)).toBeUndefined();
  });

  it("as a date is measured against the answer's own date, whatever this machine's clock says", () => {
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT', date: 'Sun, 22 Nov 2026 10:00:20 GMT' };
    expect(parseRetryAfter(headers, NOW - 86_400_000)).toBe(10_000);
  });
});
