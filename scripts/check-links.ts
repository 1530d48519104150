// Fails when a link in a Markdown file points to a file or heading of this repository that does not exist.
// Links to other hosts are not followed: a check that needs the network fails for reasons that are not ours.

import { readFile } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listFiles } from './list-files.ts';

/** `[text](target)` and `![alt](target "title")`; the target in group 1. */
const INLINE = /!?\[(?:[^[\]]|\[[^[\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
/** `[name]: target` on a line of its own. */
const REFERENCE = /^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/gm;

/**
 * The broken links of a set of Markdown files, one sentence each.
 * `others` are the paths of further files that may be linked to.
 */
export function brokenLinks(pages: ReadonlyMap<string, string>, others: ReadonlySet<string>): string[] {
  const folders = new Set([...pages.keys(), ...others].flatMap(foldersAbove));
  const problems: string[] = [];
  for (const [page, text] of pages) {
    for (const target of linksOf(text)) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
      const [path = '', anchor] = decodeURIComponent(target).split('#', 2);
      const file = path === '' ? page : normalize(`${dirname(page)}/${path}`).replace(/\/$/, '');
      const linked = pages.get(file);
      if (linked === undefined && !others.has(file) && !folders.has(file)) {
        problems.push(`${page} links to ${target}: there is no ${file}.`);
      } else if (anchor && linked !== undefined && !anchorsOf(linked).has(anchor)) {
        problems.push(`${page} links to ${target}: ${file} has no such heading.`);
      }
    }
  }
  return problems;
}

function linksOf(text: string): string[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(INLINE), ...prose.matchAll(REFERENCE)].map((match) => match[1] ?? '');
}

/** As GitHub names headings: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const match of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const heading = (match[1] ?? '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const repeat = seen.get(name) ?? 0;
    seen.set(name, repeat + 1);
    anchors.add(repeat === 0 ? name : `${name}-${repeat}`);
  }
  for (const match of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? '');
  return anchors;
}

const withoutFences = (text: string) =>
  text.replace(/^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\2[^\n]*$/gm, '');

const withoutCode = (text: string) => withoutFences(text).replace(/(`+)[^`][\s\S]*?\1/g, '');

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['.', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

async function main(): Promise<void> {
  const files = await listFiles(['.']);
  const pages = new Map<string, string>();
  for (const file of files) if (file.endsWith('.md')) pages.set(file, await readFile(file, 'utf8'));
  if (pages.size === 0)
    throw new Error('No Markdown file was found: run this in the root of the repository.');
  const problems = brokenLinks(pages, new Set(files));
  for (const problem of problems) console.error(problem);
  console.log(`${pages.size} pages, ${problems.length} broken links.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
