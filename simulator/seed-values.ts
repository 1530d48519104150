import type { Random } from './random.ts';
import {
  COMPANY_FIRST,
  COMPANY_LAST,
  FIRST_NAMES,
  INDUSTRIES,
  JOB_TITLES,
  LAST_NAMES,
  PLACES,
  STREETS,
} from './seed-words.ts';

/** Values of a record, in the form in which they are stored. */
export type SeedValues = [name: string, value: string][];

/** Shares of the whole, largest first, so that few draws walk far. */
type Shares = readonly (readonly [value: string, share: number])[];

const STAGES: Shares = [
  ['lead', 0.34],
  ['subscriber', 0.24],
  ['customer', 0.16],
  ['marketingqualifiedlead', 0.12],
  ['salesqualifiedlead', 0.07],
  ['opportunity', 0.05],
  ['other', 0.01],
  ['evangelist', 0.01],
];
const LEAD_STATUSES: Shares = [
  ['NEW', 0.4],
  ['CONNECTED', 0.2],
  ['IN_PROGRESS', 0.15],
  ['UNQUALIFIED', 0.13],
  ['OPEN_DEAL', 0.07],
  ['BAD_TIMING', 0.05],
];
const SOURCES: Shares = [
  ['ORGANIC_SEARCH', 0.35],
  ['DIRECT_TRAFFIC', 0.25],
  ['EMAIL_MARKETING', 0.15],
  ['PAID_SEARCH', 0.1],
  ['SOCIAL_MEDIA', 0.08],
  ['REFERRALS', 0.05],
  ['OFFLINE', 0.02],
];
const EMPLOYEES = ['1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+'];
const DEAL_STAGES: Shares = [
  ['closedwon', 0.4],
  ['closedlost', 0.3],
  ['appointmentscheduled', 0.1],
  ['qualifiedtobuy', 0.08],
  ['presentationscheduled', 0.05],
  ['contractsent', 0.04],
  ['decisionmakerboughtin', 0.03],
];
const DAY_MS = 86_400_000;

/** A company as its contacts mention it. */
export interface SeedCompany {
  readonly name: string;
  readonly domain: string;
}

/** A person who does not exist; `number` makes the address one of its kind. */
export function contactValues(
  random: Random,
  { number, at, company }: { number: number; at: number; company: SeedCompany | undefined },
): SeedValues {
  const first = pick(FIRST_NAMES, random);
  const last = pick(LAST_NAMES, random);
  const [city, state, country, language] = pick(PLACES, random);
  const stage = share(STAGES, random);
  const domain = company?.domain ?? 'example.com';
  const email = `${plain(first)}.${plain(last)}.${number}@${domain}`;
  const values: SeedValues = [
    ['email', email],
    ['firstname', first],
    ['lastname', last],
    ['city', city],
    ['state', state],
    ['country', country],
    ['hs_language', language],
    ['lifecyclestage', stage],
    ['hs_email_domain', domain],
    ['hs_analytics_source', share(SOURCES, random)],
    ['hs_analytics_num_visits', String(1 + Math.floor(random() ** 3 * 60))],
    ['hs_marketable_status', String(random() < 0.7)],
    ['num_conversion_events', String(Math.floor(random() ** 2 * 6))],
  ];
  if (company) values.push(['company', company.name], ['website', `https://${domain}`]);
  if (random() < 0.6) values.push(['phone', phone(random)]);
  if (random() < 0.25) values.push(['mobilephone', phone(random)]);
  if (random() < 0.7) values.push(['jobtitle', pick(JOB_TITLES, random)]);
  if (random() < 0.5)
    values.push(['address', street(random)], ['zip', String(10_000 + Math.floor(random() * 89_999))]);
  if (random() < 0.4) values.push(['numemployees', pick(EMPLOYEES, random)]);
  if (stage !== 'subscriber') values.push(['hs_lead_status', share(LEAD_STATUSES, random)]);
  if (stage === 'customer') values.push(['closedate', iso(at + Math.floor(random() * 90) * DAY_MS)]);
  return values;
}

export function companyValues(random: Random, number: number): { company: SeedCompany; values: SeedValues } {
  const words = [pick(COMPANY_FIRST, random), pick(COMPANY_LAST, random)];
  const name = `${words.join(' ')} ${number}`;
  const domain = `${words.join('-').toLowerCase()}-${number}.example.com`;
  const [city, state, country] = pick(PLACES, random);
  const values: SeedValues = [
    ['name', name],
    ['domain', domain],
    ['website', `https://${domain}`],
    ['phone', phone(random)],
    ['address', street(random)],
    ['city', city],
    ['state', state],
    ['country', country],
    ['industry', pick(INDUSTRIES, random)],
    ['numberofemployees', String(1 + Math.floor(random() ** 4 * 5_000))],
    ['annualrevenue', String(Math.floor(random() ** 3 * 50_000) * 1_000)],
    ['founded_year', String(1900 + Math.floor(random() * 125))],
    ['lifecyclestage', share(STAGES, random)],
    ['hs_analytics_source', share(SOURCES, random)],
  ];
  return { company: { name, domain }, values };
}

export function dealValues(
  random: Random,
  { number, at, company }: { number: number; at: number; company: SeedCompany | undefined },
): SeedValues {
  return [
    ['dealname', `${company?.name ?? 'Private customer'}: order ${number}`],
    ['pipeline', 'default'],
    ['dealstage', share(DEAL_STAGES, random)],
    ['amount', String(Math.floor(100 + random() ** 3 * 100_000))],
    ['closedate', iso(at + Math.floor(random() * 120) * DAY_MS)],
    ['dealtype', random() < 0.7 ? 'newbusiness' : 'existingbusiness'],
    ['hs_priority', pick(['low', 'medium', 'high'], random)],
  ];
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

function share(shares: Shares, random: Random): string {
  let left = random();
  for (const [value, part] of shares) {
    left -= part;
    if (left < 0) return value;
  }
  return shares[0]?.[0] ?? '';
}

/** Numbers that are kept free for made-up people. */
function phone(random: Random): string {
  return `+1 202 555 ${String(Math.floor(random() * 100)).padStart(4, '01')}`;
}

function street(random: Random): string {
  return `${pick(STREETS, random)} ${1 + Math.floor(random() * 200)}`;
}

/** A name as it stands in an address. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
