/** What is typed to have the portal's contacts in Postgres, by segment, and one segment in a file. */
export function steps(csv: string): readonly (readonly string[])[] {
  return [
    // The list that the config sends a segment to.
    ['properties', 'apply', '--yes'],
    ['pull', 'all'],
    ['segments', 'evaluate'],
    ['segments', 'changes', 'chainge'],
    ['contacts', '--segment', 'win_back', '--sort', 'updatedAt', '--limit', '5'],
    [
      'contacts',
      'export',
      '--csv',
      csv,
      '--segment',
      'chainge',
      '--properties',
      'email,firstname,company,lifecyclestage',
    ],
  ];
}
