import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isSpokeConfig, type SpokeConfig } from '../config/define-config.ts';
import { importWithSpoke } from '../config/load-config.ts';
import { SpokeError } from '../errors.ts';

/** Beside the package's code, in the source tree as in the installed package. */
const FOLDERS = ['../../examples/', '../examples/'];

/** The exports of a file of the examples, such as `rewards-app/traffic.ts`. Raises CONFIG_NOT_FOUND. */
export async function importExample(file: string): Promise<Readonly<Record<string, unknown>>> {
  const path = FOLDERS.map((folder) => fileURLToPath(new URL(folder + file, import.meta.url))).find((one) =>
    existsSync(one),
  );
  if (path === undefined)
    throw new SpokeError(
      'CONFIG_NOT_FOUND',
      `The example ${file} is missing from this package: install it again.`,
    );
  return importWithSpoke(path);
}

/** The config of an example. Raises CONFIG_NOT_FOUND, CONFIG_LOAD_FAILED. */
export async function exampleConfig(name: string): Promise<SpokeConfig> {
  const { default: config } = await importExample(`${name}/spoke.config.ts`);
  if (!isSpokeConfig(config)) throw notAsExpected(name, 'a config as default export of spoke.config.ts');
  return config;
}

export function notAsExpected(name: string, what: string): SpokeError {
  return new SpokeError(
    'CONFIG_LOAD_FAILED',
    `The example ${name} lacks ${what}: install this package again.`,
  );
}
