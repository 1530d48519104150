import { cleanText, cutText } from '../mapping/transforms/text.ts';

/** The page that a form stood on. */
export interface Page {
  readonly url: string;
  readonly title?: string;
  readonly referrer?: string;
}

const MAX_ADDRESS = 2_000;
const MAX_TITLE = 500;

/** Reads what a page said of itself; undefined when it is no address of the web, which nothing else depends on. */
export function readPage(given: unknown): Page | undefined {
  const of = (name: string): unknown =>
    typeof given === 'object' && given !== null && Object.hasOwn(given, name)
      ? Reflect.get(given, name)
      : undefined;
  const url = webAddress(of('url'));
  if (url === undefined) return undefined;
  const title = of('title');
  const referrer = webAddress(of('referrer'));
  return {
    url,
    ...(typeof title === 'string' && title !== '' ? { title: cutText(cleanText(title), MAX_TITLE) } : {}),
    ...(referrer === undefined ? {} : { referrer }),
  };
}

/** Only http and https: a person clicks on it later. */
function webAddress(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > MAX_ADDRESS || !URL.canParse(given)) return undefined;
  const { protocol, href } = new URL(given);
  return protocol === 'http:' || protocol === 'https:' ? cutText(href, MAX_ADDRESS) : undefined;
}
