import { domainToASCII } from 'node:url';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_DOMAIN = 253;

/** Providers of private mailboxes: an address there says nothing about a company. */
const MAILBOX_PROVIDERS = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr hotmail.com hotmail.co.uk outlook.com live.com msn.com
   icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.com mail.ru yandex.ru
   yandex.com proton.me protonmail.com qq.com 163.com 126.com orange.fr free.fr laposte.net wanadoo.fr libero.it`.split(
    /\s+/,
  ),
);

/**
 * The domain in a domain, an address of a page or an e-mail address: lower case, international ones in their ASCII form, without a
 * leading `www.`. Undefined when there is none.
 */
export function normaliseDomain(value: string | null | undefined): string | undefined {
  const text = (value ?? '').trim().toLowerCase();
  const host = text
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^.*@/s, '')
    .replace(/:\d+$/, '')
    .replace(/^www\./, '')
    .replace(/\.$/, '');
  const domain = domainToASCII(host);
  const labels = domain.split('.');
  const isDomain =
    labels.length >= 2 &&
    domain.length <= MAX_DOMAIN &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '');
  return isDomain ? domain : undefined;
}

/** As `normaliseDomain`, and undefined for the providers of private mailboxes, whose domains are no company's. */
export function companyDomain(value: string | null | undefined): string | undefined {
  const domain = normaliseDomain(value);
  return domain === undefined || MAILBOX_PROVIDERS.has(domain) ? undefined : domain;
}
