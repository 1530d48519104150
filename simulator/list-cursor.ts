import { type ApiError, badRequest } from './api-error.ts';

/** A place in an order of lists or members; callers are to take it as opaque text. */
export interface ListCursor {
  key: number;
  id: number;
}

const PLACE = /^(\d+):(\d+)$/;

export function encodeCursor({ key, id }: ListCursor): string {
  return Buffer.from(`${key}:${id}`).toString('base64url');
}

/** Throws the 400 for text that is no cursor. */
export function decodeCursor(text: string): ListCursor {
  const [, key, id] = PLACE.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (key === undefined || id === undefined) throw invalidCursor(text);
  return { key: Number(key), id: Number(id) };
}

function invalidCursor(text: string): ApiError {
  return badRequest(`The paging cursor ${text} is not valid`, { subCategory: 'ListError.INVALID_CURSOR' });
}
