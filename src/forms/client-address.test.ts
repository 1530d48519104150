import { describe, expect, it } from 'vitest';
import { addressForLimit, clientAddressOf, type TrustedProxies } from './client-address.ts';

describe('the address of a visitor', () => {
  it.each<[string, TrustedProxies | undefined, string, string | undefined, string]>([
    ['no proxy is trusted by default', undefined, '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['one proxy: the last entry', 1, '10.0.0.1', '198.51.100.1, 203.0.113.5', '203.0.113.5'],
    ['two proxies: the last but one', 2, '10.0.0.1', '1.1.1.1, 203.0.113.5, 10.0.0.2', '203.0.113.5'],
    ['fewer entries than proxies: the furthest', 3, '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['a proxy that wrote nothing', 1, '10.0.0.1', undefined, '10.0.0.1'],
    ['proxies by network', ['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 203.0.113.5, 10.9.9.9', '203.0.113.5'],
    ['a stranger who forges the header', ['10.0.0.0/8'], '203.0.113.9', '10.0.0.1', '203.0.113.9'],
    ['a visitor inside a forged network', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.7, 203.0.113.5', '203.0.113.5'],
    ['an IPv4 address in IPv6 form', ['127.0.0.1'], '::ffff:127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['ports and brackets', 1, '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['a port of IPv4', 1, '10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['proxies by IPv6 network', ['fd00::/8'], 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['what is no address', 1, '10.0.0.1', '203.0.113.5, unknown', '10.0.0.1'],
    ['an empty entry', 1, '10.0.0.1', '203.0.113.5, ', '10.0.0.1'],
  ])('%s', (_, proxies, remote, forwarded, expected) => {
    expect(clientAddressOf(proxies)(remote, forwarded)).toBe(expected);
  });

  it('a header of thousands of entries is looked at from the right only', () => {
    const forwarded = `${'10.0.0.2, '.repeat(5_000)}203.0.113.5`;
    expect(clientAddressOf(1)('10.0.0.1', forwarded)).toBe('203.0.113.5');
    expect(clientAddressOf(['10.0.0.0/8'])('10.0.0.1', '10.0.0.2, '.repeat(5_000).slice(0, -2))).toBe(
      '10.0.0.2',
    );
  });

  it('a connection without address has none', () => {
    expect(clientAddressOf(1)(undefined, '203.0.113.5')).toBeUndefined();
  });
});

it.each([
  ['203.0.113.5', '203.0.113.5'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
])('for a limit %s counts as %s', (address, expected) => {
  expect(addressForLimit(address)).toBe(expected);
});
