const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;

/** Whether a parsed body nests objects and lists deeper than `most`. Bodies with few brackets are not walked. */
export function isDeeperThan(most: number, value: unknown, rawBody: Buffer): boolean {
  if (rawBody.length <= most || countOpenings(rawBody) <= most) return false;
  let level = [value].filter(isNested);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((node) => Object.values(node).filter(isNested));
  }
  return false;
}

/** Those inside of texts too. */
function countOpenings(rawBody: Buffer): number {
  let count = 0;
  for (let place = 0; place < rawBody.length; place += 1) {
    const byte = rawBody[place];
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) count += 1;
  }
  return count;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
