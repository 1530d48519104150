import { readFile } from 'node:fs/promises';

/** The code blocks of docs/guides/track.md: `language` as after the fence, for example `js pg`. */
export async function guideBlocks(language: string): Promise<string[]> {
  const page = await readFile(new URL('../../docs/guides/track.md', import.meta.url), 'utf8');
  return page
    .split(/^```/m)
    .filter((part) => part.startsWith(`${language}\n`))
    .map((part) => part.slice(language.length + 1));
}

/** Runs the one block of that language, with `names` in scope. */
export async function runGuideBlock(
  language: string,
  names: Readonly<Record<string, unknown>>,
): Promise<void> {
  const [code, ...more] = await guideBlocks(language);
  if (code === undefined || more.length > 0) throw new Error(`the guide has not one block of ${language}`);
  const run: unknown = new Function(...Object.keys(names), `return (async () => {${code}})();`);
  if (typeof run === 'function') await run(...Object.values(names));
}
