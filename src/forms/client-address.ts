import { BlockList, isIP } from 'node:net';

/** How far an address is trusted to be the visitor's own: how many proxies stand before this server, or which addresses they have. */
export type TrustedProxies = number | readonly string[];

/**
 * The visitor's address. `x-forwarded-for` is believed only as far as configured proxies wrote it, counted from the right, since
 * everything further left may have been sent by the visitor. Undefined when the connection itself has none.
 */
export type ClientAddress = (
  remote: string | undefined,
  forwardedFor: string | undefined,
) => string | undefined;

const IPV4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
/** Longer lists are no longer looked at: a header may hold thousands. */
const MAX_HOPS = 32;

/** Default: no proxy is trusted, and the address is that of the connection. */
export function clientAddressOf(proxies: TrustedProxies = 0): ClientAddress {
  const isTrusted = trustOf(proxies);
  return (remote, forwardedFor) => {
    let address = addressOf(remote ?? '');
    if (address === undefined) return undefined;
    const hops = (forwardedFor ?? '').split(',').slice(-MAX_HOPS);
    for (let trusted = 0; hops.length > 0 && isTrusted(address, trusted); trusted += 1) {
      const next = addressOf(hops.pop() ?? '');
      // A trusted proxy wrote something that is no address: it is the last that is known.
      if (next === undefined) break;
      address = next;
    }
    return address;
  };
}

/** What an address counts as for a limit: of IPv6 the network of a customer (/64), of which one visitor has all addresses. */
export function addressForLimit(address: string): string {
  if (isIP(address) !== 6) return address;
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`;
}

function trustOf(proxies: TrustedProxies): (address: string, nr: number) => boolean {
  if (typeof proxies === 'number') return (_, nr) => nr < proxies;
  const list = new BlockList();
  for (const entry of proxies) {
    const [network = '', prefix] = entry.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** `192.0.2.1`, `192.0.2.1:8080`, `2001:db8::1` or `[2001:db8::1]:8080` as an address without port. */
function addressOf(given: string): string | undefined {
  const text = given.trim().replace(/^"|"$/g, '');
  const bare = text.startsWith('[')
    ? text.slice(1, text.indexOf(']'))
    : /^[\d.]+:\d{1,5}$/.test(text)
      ? text.slice(0, text.indexOf(':'))
      : text;
  const address = bare.replace(/%.*$/, '').toLowerCase();
  const mapped = IPV4_MAPPED.exec(address)?.[1] ?? address;
  return isIP(mapped) === 0 ? undefined : mapped;
}

/** The eight groups of an IPv6 address, in hexadecimal digits. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
}
