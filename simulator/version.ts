/** The versions of the API the simulator speaks; behaviour that differs between them is keyed by these. */
export const VERSIONS = ['v1', 'v2', 'v3', 'v4', '2026-03', '2026-09'] as const;

export type Version = (typeof VERSIONS)[number];

/** A version written as a date stands after the area (`/crm/objects/2026-09`), a semantic one mostly before it (`/crm/v3/objects`). */
export type VersionForm = 'semantic' | 'dated';

/** The form of a path segment that names a version; undefined for any other text. */
export function versionForm(text: string): VersionForm | undefined {
  if (!VERSIONS.some((version) => version === text)) return undefined;
  return text.startsWith('v') ? 'semantic' : 'dated';
}

export function isVersion(text: string): text is Version {
  return versionForm(text) !== undefined;
}
