/** Where a quoted part of SQL begins; its end depends on what is found. */
const OPENING = /--|\/\*|'|"|;|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/g;

/**
 * Splits a script into its statements, without their semicolons. Knows comments (nested too), quoted names, strings and
 * dollar quotes; not `standard_conforming_strings = off` nor SQL bodies (`begin atomic`).
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  const opening = new RegExp(OPENING);
  let start = 0;
  for (let match = opening.exec(script); match; match = opening.exec(script)) {
    if (match[0] === ';') {
      statements.push(script.slice(start, match.index));
      start = opening.lastIndex;
    } else {
      opening.lastIndex = endOfQuoted(script, match[0], match.index);
    }
  }
  statements.push(script.slice(start));
  return statements.map((statement) => statement.trim()).filter((statement) => !isOnlyComment(statement));
}

/** The place after the quoted part that `opener` begins; the script's end when it is not closed. */
function endOfQuoted(script: string, opener: string, at: number): number {
  const from = at + opener.length;
  if (opener === '/*') return endOfComment(script, from);
  if (opener === "'" && /(^|\W)e$/i.test(script.slice(Math.max(0, at - 2), at)))
    return endOfEscapeString(script, from);
  // A doubled quote ends one part and at once begins the next, so it needs no care here.
  const end = script.indexOf(opener === '--' ? '\n' : opener, from);
  return end === -1 ? script.length : end + (opener === '--' ? 1 : opener.length);
}

function endOfComment(script: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 1;
  for (let match = edge.exec(script); match; match = edge.exec(script)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return script.length;
}

/** In E'...' a backslash takes the meaning from the next character, also from a quote. */
function endOfEscapeString(script: string, from: number): number {
  for (let at = from; at < script.length; at += 1) {
    if (script[at] === '\\') at += 1;
    else if (script[at] === "'") return at + 1;
  }
  return script.length;
}

function isOnlyComment(statement: string): boolean {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === '';
}
