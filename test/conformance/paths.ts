/** Versions that are meant to answer alike, but for what a case says. */
export const VERSIONS = ['2026-09', '2026-03', 'v3'] as const;

/** Links have v4 for their form without a date. */
export const LINK_VERSIONS = ['2026-09', '2026-03', 'v4'] as const;

export type Version = (typeof VERSIONS)[number] | 'v4';

/** The path of an area of the API, `crm/objects` for one, in a version: dated ones stand behind it, others in it. */
function area(version: Version, family: string, name: string, rest: readonly string[]): string {
  const base = version.startsWith('v') ? [family, version, name] : [family, name, version];
  return `/${[...base, ...rest].join('/')}`;
}

export const objects = (version: Version, type: string) => area(version, 'crm', 'objects', [type]);
export const properties = (version: Version, type: string) => area(version, 'crm', 'properties', [type]);
export const links = (version: Version, from: string, to: string) =>
  area(version, 'crm', 'associations', [from, to]);
export const lists = (version: Version) => area(version, 'crm', 'lists', []);
export const pipelines = (version: Version, type: string) => area(version, 'crm', 'pipelines', [type]);
export const owners = (version: Version) => area(version, 'crm', 'owners', []);
export const account = (version: Version) => `/account-info/${version}/details`;
export const consent = (version: Version) => `/communication-preferences/${version}`;

/** Filled forms go to a host of their own. */
export const SUBMISSIONS = '/submissions/v3/integration';
