import type { ObjectData } from './portal.ts';
import type { SearchIndex } from './search-index.ts';
import { tokensOf } from './search-tokens.ts';
import type { StoredRecord } from './stored-record.ts';

/** A record is found when each word of the text begins a token of one of its searchable properties. undefined for no text. */
export function createTextTest(
  text: string,
  data: ObjectData,
  index: SearchIndex,
): ((record: StoredRecord) => boolean) | undefined {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const names = searchableOf(data);
  return (record) => {
    const tokens = names.flatMap((name) => {
      const value = index.valueOf(record, name);
      return value ? [...tokensOf(value)] : [];
    });
    return words.every((word) => tokens.some((token) => token.startsWith(word)));
  };
}

function searchableOf({ type, registry }: ObjectData): readonly string[] {
  if (type.searchProperties) return type.searchProperties;
  return registry
    .list()
    .filter((property) => property.kind === 'text')
    .map((property) => property.name);
}
