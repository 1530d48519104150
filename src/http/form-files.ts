import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SpokeError } from '../errors.ts';

/** In `dist` of the source tree, beside the bundle, or one above a chunk's folder. */
const FOLDERS = ['../../dist/forms/', './forms/', '../forms/'];
const NAMES = ['core', 'element'] as const;

export type FormFileName = (typeof NAMES)[number];

/** A script for pages, as it is sent. */
export interface FormFile {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Of its text: the same build, the same tag. */
  readonly etag: string;
}

/**
 * The scripts that pages load from Spoke, read at the first request and kept.
 * The function raises FORM_FILES_MISSING where they are not built: a source tree without `dist/forms`.
 */
export function createFormFiles(
  folders: readonly URL[] = FOLDERS.map((folder) => new URL(folder, import.meta.url)),
) {
  const known = new Map<FormFileName, FormFile>();
  return async (name: FormFileName): Promise<FormFile> => {
    const file = known.get(name) ?? (await readFormFile(name, folders));
    known.set(name, file);
    return file;
  };
}

/** Undefined: no such file is served. */
export function formFileName(path: string): FormFileName | undefined {
  return NAMES.find((name) => `${name}.js` === path);
}

async function readFormFile(name: FormFileName, folders: readonly URL[]): Promise<FormFile> {
  for (const folder of folders) {
    const plain = await readFile(new URL(`${name}.mjs`, folder)).catch(() => undefined);
    if (plain === undefined) continue;
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
    return {
      plain: new Uint8Array(plain),
      gzipped: new Uint8Array(await promisify(gzip)(plain)),
      etag: `W/"${hash}"`,
    };
  }
  throw new SpokeError(
    'FORM_FILES_MISSING',
    `The script forms/${name}.mjs is not built: run \`npm run build:browser\` in the source tree; the package has it.`,
  );
}
