import { isVersion, type Version, type VersionForm, versionForm } from './version.ts';

/**
 * Where each area of the API stands in paths, by form of version. `*` is the version's place. An area is one family of
 * operations; the same operations are reached through each of its paths.
 */
const AREA_PATHS = {
  'crm/objects': { semantic: ['crm/*/objects'], dated: ['crm/objects/*'] },
  'crm/properties': { semantic: ['crm/*/properties'], dated: ['crm/properties/*'] },
  'crm/property-validations': {
    semantic: ['crm/*/property-validations'],
    dated: ['crm/property-validations/*'],
  },
  'crm/associations': { semantic: ['crm/*/associations'], dated: ['crm/associations/*'] },
  'crm/pipelines': { semantic: ['crm/*/pipelines'], dated: ['crm/pipelines/*'] },
  'crm/owners': { semantic: ['crm/*/owners'], dated: ['crm/owners/*'] },
  'crm/lists': { semantic: ['crm/*/lists'], dated: ['crm/lists/*'] },
  'crm/limits': { semantic: ['crm/*/limits'], dated: ['crm/limits/*'] },
  'crm/schemas': {
    semantic: ['crm/*/schemas', 'crm-object-schemas/*/schemas'],
    dated: ['crm-object-schemas/*/schemas'],
  },
  'account-info': { semantic: ['account-info/*'], dated: ['account-info/*'] },
  'communication-preferences': {
    semantic: ['communication-preferences/*'],
    dated: ['communication-preferences/*'],
  },
  'events/send': { semantic: ['events/*/send'], dated: ['events/custom/*/send', 'events/*/send'] },
  'events/definitions': {
    semantic: ['events/*/event-definitions'],
    dated: ['events/custom/*/event-definitions', 'events/*/event-definitions'],
  },
  'events/occurrences': {
    semantic: ['events/*/events'],
    dated: ['events/event-occurrences/*'],
  },
  timeline: { semantic: ['integrators/timeline/*'], dated: ['integrators/timeline/*'] },
  'webhooks-journal/journal': { semantic: [], dated: ['webhooks-journal/journal/*'] },
  'webhooks-journal/journal-local': { semantic: [], dated: ['webhooks-journal/journal-local/*'] },
  'webhooks-journal/subscriptions': { semantic: [], dated: ['webhooks-journal/subscriptions/*'] },
  'webhooks-journal/snapshots': { semantic: [], dated: ['webhooks-journal/snapshots/*'] },
  'webhooks-journal/files': { semantic: [], dated: ['webhooks-journal/files/*'] },
  'app-webhooks': { semantic: ['webhooks/*'], dated: ['app-webhooks/*', 'webhooks/*'] },
  oauth: { semantic: ['oauth/*'], dated: ['oauth/*'] },
  'marketing/forms': { semantic: ['marketing/*/forms'], dated: [] },
  'form-submit': { semantic: ['submissions/*/integration'], dated: [] },
  'form-submissions': { semantic: ['form-integrations/*/submissions'], dated: [] },
  'network-origins': { semantic: [], dated: ['meta/network-origins/*'] },
} as const satisfies Record<string, Record<VersionForm, readonly string[]>>;

export type Area = keyof typeof AREA_PATHS;

export interface Place {
  area: Area;
  version: Version;
  /** Segments after the area and the version. */
  rest: string[];
}

/** The page a user gives consent on is no part of the API and has no version. It may name the portal. */
const CONSENT_PAGE = /^\/oauth\/(?:(\d+)\/)?authorize$/;

/** No version stands deeper than in `/events/custom/2026-09/send`. */
const DEEPEST_VERSION = 3;

const AREA_OF_PATH = new Map<string, Area>(
  Object.entries<Record<VersionForm, readonly string[]>>(AREA_PATHS).flatMap(([area, forms]) =>
    (['semantic', 'dated'] as const).flatMap((form) =>
      forms[form].map((path): [string, Area] => [`${form} ${path}`, area as Area]),
    ),
  ),
);

/** Finds area and version of a path without its query. undefined for unknown versions and versions in the wrong place. */
export function locate(path: string): Place | undefined {
  const consent = CONSENT_PAGE.exec(path);
  if (consent)
    return { area: 'oauth', version: 'v1', rest: consent[1] ? [consent[1], 'authorize'] : ['authorize'] };
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  // The first is empty: paths begin with a slash.
  for (let place = 2; place < segments.length && place <= DEEPEST_VERSION; place += 1) {
    const version = segments[place] as string;
    if (!isVersion(version)) continue;
    const form = versionForm(version);
    const upTo = `${form} ${segments.slice(1, place).join('/')}/*`;
    const longer = AREA_OF_PATH.get(`${upTo}/${segments[place + 1]}`);
    if (longer) return { area: longer, version, rest: segments.slice(place + 2) };
    const area = AREA_OF_PATH.get(upTo);
    return area && { area, version, rest: segments.slice(place + 1) };
  }
  return undefined;
}
