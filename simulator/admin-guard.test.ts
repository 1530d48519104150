import { describe, expect, it } from 'vitest';
import { createAdminGuard } from './admin-guard.ts';

const guard = createAdminGuard({ boundTo: '127.0.0.1' });

describe('Host', () => {
  it.each([
    '127.0.0.1:8787',
    '127.1.2.3:8787',
    'localhost:8787',
    'LOCALHOST',
    'spoke.localhost:8787',
    '[::1]:8787',
  ])('%s means this machine', (host) => {
    expect(guard({ host })).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    'evil.example.com:8787',
    'localhost.evil.example.com',
    '127.0.0.1.evil.example.com:8787',
    '127.evil.example.com',
    'evil.example.com:8787#localhost',
    'user@localhost:8787',
    '10.0.0.5:8787',
    '[fe80::1]:8787',
  ])('%s is refused', (host) => {
    expect(guard({ host })).toContain('answer under a loopback name');
  });

  it('may be the host that the simulator was bound to, or one that was named', () => {
    const named = createAdminGuard({ boundTo: '10.0.0.5', adminHosts: ['Portal'] });
    expect(named({ host: '10.0.0.5:8787' })).toBeUndefined();
    expect(named({ host: 'portal:8787' })).toBeUndefined();
    expect(named({ host: '10.0.0.6:8787' })).toContain('10.0.0.6');
  });

  it.each(['0.0.0.0', '::'])('bound to %s may be any address, but no other name', (boundTo) => {
    const open = createAdminGuard({ boundTo });
    expect(open({ host: '192.168.1.20:8787' })).toBeUndefined();
    expect(open({ host: '[fe80::1]:8787' })).toBeUndefined();
    expect(open({ host: 'evil.example.com:8787' })).toContain('evil.example.com');
  });
});

describe('Origin', () => {
  const host = 'localhost:8787';

  it("may be the page's own", () => {
    expect(guard({ host, origin: 'http://localhost:8787' })).toBeUndefined();
  });

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1:8787',
    'https://localhost:8787',
    'https://evil.example.com',
    'null',
    '',
  ])('%j is foreign and refused', (origin) => {
    expect(guard({ host, origin })).toContain('may not use the admin endpoints');
  });

  it.each([
    ['cross-site', true],
    ['same-site', true],
    ['same-origin', false],
    ['none', false],
  ])('where there is none, Sec-Fetch-Site %s refused: %j', (site, refused) => {
    expect(guard({ host, 'sec-fetch-site': site }) !== undefined).toBe(refused);
  });
});
