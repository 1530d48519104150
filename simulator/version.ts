/** The versions of the API the simulator speaks; behaviour that differs between them is keyed by these. */
export const VERSIONS = ['v3', 'v4', '2026-03', '2026-09'] as const;

export type Version = (typeof VERSIONS)[number];

/** A version written as a date stands after the area (`/crm/objects/2026-09`), a semantic one before it (`/crm/v3/objects`). */
export function isDatedVersion(text: string): text is '2026-03' | '2026-09' {
  return text === '2026-03' || text === '2026-09';
}

export function isSemanticVersion(text: string): text is 'v3' | 'v4' {
  return text === 'v3' || text === 'v4';
}
