import type { ApiKey } from '../http/api-keys.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';

/** Keys for people. */
export function keyTable(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'No keys.';
  return printable(
    columns([
      ['id', 'name', 'scopes', 'made', 'last used', 'revoked'],
      ...keys.map(({ id, name, scopes, createdAt, lastUsedAt, revokedAt }) => [
        id,
        name,
        scopes.join(' '),
        timeText(createdAt),
        lastUsedAt ? timeText(lastUsedAt) : 'never',
        revokedAt ? timeText(revokedAt) : '',
      ]),
    ]),
  );
}
