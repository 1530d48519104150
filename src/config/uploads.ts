import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { acceptedEndings, FILE_ENDINGS, MEDIA_TYPES } from './file-kinds.ts';
import { suggestion } from './nearest-name.ts';

/** The event of a file that was looked through and belongs to a submission; every config has it, and none can define it. */
export const UPLOAD_EVENT = 'upload.profiled';

/** The keys of `website.uploads`, with their meaning. */
export const UPLOADS_KEYS = {
  store: "Where files are kept: { kind: 'disk', folder } or { kind: 's3', bucket, region }.",
  maxBytes: 'Largest file. Default 20,971,520 (20 MiB).',
  accept: 'Media types and endings that are taken. Default: CSV, TSV, JSON, NDJSON and XLSX.',
  keepDays: 'Days after which files are removed. Default 90.',
  perAddress: 'Files of one network address: { count, seconds }. Default 20 in 600 seconds.',
  scan: 'A function that looks for malware: ({ path, name, size, kind }) => true lets the file pass, all else refuses it. Default: none.',
} as const;

/** The keys of a store, by its kind. */
export const STORE_KEYS = {
  disk: { kind: '', folder: 'A folder of the machine; made when it is missing.' },
  s3: {
    kind: '',
    bucket: 'The bucket.',
    region: 'Its region.',
    endpoint: 'Address of a service other than Amazon’s.',
    prefix: 'Put before the names of all files.',
  },
} as const;

export type UploadStoreConfig =
  | { readonly kind: 'disk'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly region: string;
      readonly endpoint?: string;
      readonly prefix?: string;
    };

/**
 * Looks for malware in a file of this machine, before anything else reads it. Only `true` lets it pass; when it rejects, or gives no
 * answer in 60 s, it is asked up to three times, and then the file is refused.
 */
export type UploadScan = (file: {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly kind: string;
}) => boolean | Promise<boolean>;

/** Files that visitors hand in. */
export interface UploadsConfig {
  readonly store: UploadStoreConfig;
  readonly maxBytes?: number;
  readonly accept?: readonly string[];
  readonly keepDays?: number;
  readonly perAddress?: { readonly count: number; readonly seconds: number };
  readonly scan?: UploadScan;
}

/** Largest file without `maxBytes`. */
export const MAX_UPLOAD_BYTES = 20_971_520;
/** Largest file that can be asked for: 5 GiB, what S3 takes in one piece. */
const MOST_BYTES = 5 * 1024 ** 3;
const MOST_DAYS = 3_650;
const MOST_PER_ADDRESS = 1_000_000;

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfUploads(uploads: unknown): ConfigProblem[] {
  const place = 'website.uploads';
  if (uploads === undefined) return [];
  if (!isRecord(uploads))
    return [{ name: place, message: "Give an object { store: { kind: 'disk', folder: 'uploads' } }." }];
  const problems = [...unknownKeys(place, uploads, UPLOADS_KEYS), ...problemsOfStore(uploads.store)];
  const { maxBytes, keepDays, perAddress, scan } = uploads;
  if (!isWhole(maxBytes, MOST_BYTES))
    problems.push({ name: `${place}.maxBytes`, message: `Give a whole number from 1 to ${MOST_BYTES}.` });
  if (!isWhole(keepDays, MOST_DAYS))
    problems.push({ name: `${place}.keepDays`, message: `Give a whole number from 1 to ${MOST_DAYS}.` });
  if (perAddress !== undefined && !isLimit(perAddress))
    problems.push({ name: `${place}.perAddress`, message: 'Give { count, seconds }: whole numbers from 1.' });
  if (scan !== undefined && typeof scan !== 'function')
    problems.push({
      name: `${place}.scan`,
      message: 'Give a function that says true for a file that may pass.',
    });
  return [...problems, ...problemsOfAccept(`${place}.accept`, uploads.accept)];
}

/** What is wrong with a list of media types and endings. */
export function problemsOfAccept(name: string, accept: unknown): ConfigProblem[] {
  if (accept === undefined) return [];
  if (!Array.isArray(accept) || accept.length === 0)
    return [{ name, message: "Give a list of endings and media types: ['.csv', 'text/csv']." }];
  const types = Object.values(MEDIA_TYPES);
  return (accept as readonly unknown[])
    .filter((one) => typeof one !== 'string' || acceptedEndings([one]).length === 0)
    .map((one) => ({
      name,
      message: `${JSON.stringify(one)} takes no file: give endings of ${FILE_ENDINGS.join(', ')}, or media types of ${types.join(', ')}.${suggestion(String(one), [...FILE_ENDINGS, ...types])}`,
    }));
}

function problemsOfStore(store: unknown): ConfigProblem[] {
  const name = 'website.uploads.store';
  const kinds = Object.keys(STORE_KEYS);
  if (!isRecord(store)) return [{ name, message: "Give { kind: 'disk', folder: 'uploads' }." }];
  const { kind } = store;
  if (kind !== 'disk' && kind !== 's3')
    return [
      {
        name: `${name}.kind`,
        message: `${JSON.stringify(kind)} is none of ${kinds.join(', ')}.${suggestion(String(kind), kinds)}`,
      },
    ];
  const needed = kind === 'disk' ? ['folder'] : ['bucket', 'region'];
  const given = ['folder', 'bucket', 'region', 'endpoint', 'prefix'].filter(
    (key) => store[key] !== undefined,
  );
  const problems = unknownKeys(name, store, STORE_KEYS[kind]);
  for (const key of new Set([...needed, ...given.filter((each) => each in STORE_KEYS[kind])]))
    if (typeof store[key] !== 'string' || store[key] === '')
      problems.push({ name: `${name}.${key}`, message: 'Give a text.' });
  if (typeof store.endpoint === 'string' && !URL.canParse(store.endpoint))
    problems.push({ name: `${name}.endpoint`, message: 'Give an address: https://s3.example.com.' });
  return problems;
}

function isLimit(limit: unknown): boolean {
  if (!isRecord(limit)) return false;
  return [limit.count, limit.seconds].every((each) => each !== undefined && isWhole(each, MOST_PER_ADDRESS));
}

function isWhole(value: unknown, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most);
}
