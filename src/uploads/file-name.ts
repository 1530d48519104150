import { type FileKind, kindOfName } from '../config/file-kinds.ts';

const LONGEST = 150;
/** What no name shows: control characters, marks that turn the direction of writing, and characters without width. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;
const FORBIDDEN = /[<>:"|?*%]/g;
/** Endings that mean something to a server or a desktop, wherever they stand in the name. */
const ACTIVE =
  /\.(?:exe|com|scr|bat|cmd|msi|dll|lnk|hta|jar|sh|ps1|vbs?|jse?|mjs|wsf|php\d?|phtml|phar|aspx?|jspx?|cgi|pl|py|rb|html?|xhtml|shtml|svg|xml|xsl|swf|xlsm|docm)(?=\.)/i;

/**
 * A file's name as people are shown it: its last part, without what cannot be seen or means something to a shell, at most 150
 * characters with its ending. Nothing is ever stored under it.
 */
export function shownName(given: string): string {
  const last = given.normalize('NFC').replace(UNSEEN, '').split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replace(FORBIDDEN, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  if (plain.length <= LONGEST) return plain;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(plain)?.[0] ?? '';
  return (
    Array.from(plain.slice(0, LONGEST - ending.length))
      .filter((one) => !/\p{Cs}/u.test(one))
      .join('') + ending
  );
}

/** The kind of a file by its name; undefined for one that is not taken, also behind an ending that runs. */
export function kindOfFile(name: string): FileKind | undefined {
  return ACTIVE.test(name) ? undefined : kindOfName(name);
}
