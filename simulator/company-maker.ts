import type { Change } from './changes.ts';
import { linksOf } from './link-book.ts';
import { link } from './links.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource } from './value-versions.ts';
import { applyWrite, planWrite } from './writes.ts';

/** Addresses there say nothing of where a person works. */
const FREE_MAIL: ReadonlySet<string> = new Set([
  'aol.com',
  'gmail.com',
  'gmx.com',
  'gmx.de',
  'gmx.net',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'live.com',
  'mac.com',
  'mail.com',
  'me.com',
  'msn.com',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  't-online.de',
  'web.de',
  'yahoo.com',
  'yandex.com',
  'zoho.com',
]);
/** What the history of values names when the portal made the company. */
const BY_ITSELF: ChangeSource = { sourceType: 'AUTO_ASSOCIATE_BY_DOMAIN', sourceId: null, userId: null };

/**
 * Gives contacts the company of their address's domain, and makes it where there is none, as portals set so do. It happens
 * a while after the contact was written, so a client that makes the company itself meanwhile ends up with two.
 */
export class CompanyMaker {
  readonly #portal: Portal;
  /** The first live company of each domain; filled when first needed, and kept up to date from then on. */
  #byDomain: Map<string, StoredRecord> | undefined;

  constructor(portal: Portal) {
    this.#portal = portal;
    portal.changes.subscribe((change) => this.#follow(change));
  }

  /** Forgets all companies. */
  clear(): void {
    this.#byDomain = undefined;
  }

  #follow(change: Change): void {
    if (change.kind !== 'created' && change.kind !== 'updated') return;
    const { record, values } = change;
    if (record.type.name === 'companies') this.#note(record);
    if (record.type.name !== 'contacts' || !this.#portal.behaviour.companyFromEmailDomain) return;
    if (!values.some(({ name, after }) => name === 'email' && after !== '')) return;
    const due = change.at + this.#portal.behaviour.companyDelayMs;
    this.#portal.schedule.at(due, (at) => this.#provide(record, at));
  }

  /** Contacts that have a company by now, or are gone, are left as they are. */
  #provide(contact: StoredRecord, at: number): void {
    const domain = domainOf(contact.properties.get('email') ?? '');
    if (domain === '' || FREE_MAIL.has(domain) || contact.archivedAt !== undefined) return;
    const contacts = this.#portal.objects('contacts');
    if (contacts.store.get(contact.id) !== contact || linksOf(contact, 'companies').length > 0) return;
    const primary = this.#portal.associations.primary(contact.type, this.#portal.objects('companies').type);
    const company = this.#find(domain) ?? this.#make(domain, at);
    const occasion = { portal: this.#portal, at, requestN: 0 };
    if (primary && company) link({ from: contact, to: company }, [primary], occasion);
  }

  #make(domain: string, at: number): StoredRecord | undefined {
    const data = this.#portal.objects('companies');
    // Rules of administrators bind people and apps, not the portal: those came with 2026-09.
    const context = { portal: this.#portal, data, version: 'v3' as const };
    const plan = planWrite({ target: undefined, properties: { domain, name: domain } }, context, new Map());
    if (!plan.ok) return undefined;
    return applyWrite(plan.write, context, { kind: 'create', now: at, requestN: 0, source: BY_ITSELF });
  }

  #find(domain: string): StoredRecord | undefined {
    const { store } = this.#portal.objects('companies');
    if (!this.#byDomain) {
      this.#byDomain = new Map();
      for (const company of store.live()) this.#note(company);
    }
    const known = this.#byDomain.get(domain);
    const company = known && store.get(known.id);
    const isStill = company?.archivedAt === undefined && domainIn(company) === domain;
    return isStill ? company : undefined;
  }

  #note(company: StoredRecord): void {
    const domain = domainIn(company);
    if (domain === '' || !this.#byDomain) return;
    const known = this.#byDomain.get(domain);
    if (!known || known.archivedAt !== undefined || domainIn(known) !== domain)
      this.#byDomain.set(domain, company);
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function domainIn(company: StoredRecord | undefined): string {
  return company?.properties.get('domain')?.toLowerCase() ?? '';
}
