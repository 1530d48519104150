const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i;
const DEFAULT = 'en';
/** Longer headers are no longer looked at. */
const MAX_HEADER = 500;

/** The language that was asked for, else the first of `accept-language`, else English; as a tag of letters, whatever was sent. */
export function visitorLanguage(given: unknown, acceptLanguage: string | undefined): string {
  if (typeof given === 'string' && LANGUAGE.test(given)) return given;
  const ranked = (acceptLanguage ?? '')
    .slice(0, MAX_HEADER)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => LANGUAGE.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return ranked[0]?.tag ?? DEFAULT;
}
