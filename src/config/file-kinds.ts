/** The kinds of files that visitors may hand in: what can be looked through. */
export const FILE_KINDS = ['csv', 'tsv', 'json', 'ndjson', 'xlsx'] as const;

export type FileKind = (typeof FILE_KINDS)[number];

/** The kind that each ending of a name says. */
const KIND_BY_ENDING: ReadonlyMap<string, FileKind> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.tab', 'tsv'],
  ['.txt', 'tsv'],
  ['.json', 'json'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
  ['.xlsx', 'xlsx'],
]);

export const FILE_ENDINGS: readonly string[] = [...KIND_BY_ENDING.keys()];

/** Media type of each kind, as it is handed out again. */
export const MEDIA_TYPES: Readonly<Record<FileKind, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The kind that a name's ending says; undefined for another one. */
export function kindOfName(name: string): FileKind | undefined {
  return KIND_BY_ENDING.get(/\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0].toLowerCase() ?? '');
}

/** Whether a list of endings and media types takes a file; no list takes each kind. */
export function isAccepted(name: string, kind: FileKind, accept?: readonly string[]): boolean {
  const type = MEDIA_TYPES[kind];
  return (
    accept === undefined ||
    accept.some((one) => {
      if (one.startsWith('.')) return name.toLowerCase().endsWith(one.toLowerCase());
      return one.endsWith('/*') ? type.startsWith(one.slice(0, -1)) : type === one;
    })
  );
}

/** The endings of the files that all of the lists take. */
export function acceptedEndings(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...KIND_BY_ENDING]
    .filter(([ending, kind]) => lists.every((accept) => isAccepted(ending, kind, accept)))
    .map(([ending]) => ending);
}
