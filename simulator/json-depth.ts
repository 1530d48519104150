/** Whether a parsed body nests objects and lists deeper than `most`; `text` is what it was parsed from. Bodies with few brackets are not walked. */
export function isDeeperThan(most: number, value: unknown, text: string): boolean {
  if (text.length <= most || countOf('{', text, most) + countOf('[', text, most) <= most) return false;
  let level = [value].filter(isNested);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((node) => Object.values(node).filter(isNested));
  }
  return false;
}

/** Those inside of texts too; not counted further than one above `most`. */
function countOf(bracket: string, text: string, most: number): number {
  let count = 0;
  for (
    let place = text.indexOf(bracket);
    place >= 0 && count <= most;
    place = text.indexOf(bracket, place + 1)
  )
    count += 1;
  return count;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
