import { describe, expect, it } from 'vitest';
import { originsOf } from './origins.ts';

const LISTED = 'https://www.example.com';

describe('origins', () => {
  const origins = originsOf([LISTED, 'https://shop.example.com:8443/']);

  it.each([
    [LISTED, 'own'],
    ['https://shop.example.com:8443', 'own'],
    ['https://api.example.com', 'own'],
    [undefined, 'unknown'],
    ['null', 'unknown'],
    ['http://www.example.com', 'foreign'],
    ['https://www.example.com.evil.example', 'foreign'],
    ['https://evil.example', 'foreign'],
    ['not an origin', 'foreign'],
  ])('judges %s as %s', (origin, expected) => {
    expect(origins.judge(origin, 'api.example.com')).toBe(expected);
  });

  it('allows the listed ones exactly', () => {
    expect(origins.allow(LISTED)).toBe(LISTED);
    expect(origins.allow('https://api.example.com')).toBeUndefined();
    expect(origins.allow('https://WWW.example.com')).toBeUndefined();
    expect(origins.varies).toBe(true);
  });

  it('without a list nothing is foreign and nothing is allowed', () => {
    const none = originsOf();
    expect(none.judge('https://evil.example', 'api.example.com')).toBe('unknown');
    expect(none.allow('https://evil.example')).toBeUndefined();
  });

  it('a page of the public address is its own, whatever host the proxy says', () => {
    const behind = originsOf([LISTED], 'https://forms.example.com/spoke');
    expect(behind.judge('https://forms.example.com', '10.0.0.7:8080')).toBe('own');
    expect(behind.judge('https://evil.example', '10.0.0.7:8080')).toBe('foreign');
  });

  it('allows any only where that is configured', () => {
    const any = originsOf(['*']);
    expect(any.allow('https://evil.example')).toBe('*');
    expect(any.varies).toBe(false);
    expect(any.next('https://evil.example/')).toBeUndefined();
  });

  it.each([
    ['/thanks?a=1#b', '/thanks?a=1#b'],
    [`${LISTED}/thanks`, `${LISTED}/thanks`],
    ['//evil.example/', undefined],
    ['/.//evil.example/', undefined],
    ['/..//evil.example/', undefined],
    ['/%2e%2e//evil.example/', undefined],
    ['/a/..//evil.example/', undefined],
    ['/a//evil.example/', '/a//evil.example/'],
    ['/\\evil.example/', undefined],
    ['https://evil.example/', undefined],
    ['https://www.example.com@evil.example/', undefined],
    ['https://user:secret@www.example.com/', undefined],
    ['javascript:alert(1)', undefined],
    ['thanks', undefined],
    ['/a\r\nset-cookie: x', '/aset-cookie:%20x'],
    ['', undefined],
    [['/a'], undefined],
  ])('goes on from %j to %j', (given, expected) => {
    expect(origins.next(given)).toBe(expected);
  });
});
