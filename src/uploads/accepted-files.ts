import type { FileKind } from './profile/profile.ts';

/** Media type of each kind, as it is handed out again. */
export const MEDIA_TYPES: Readonly<Record<FileKind, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

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
