/** What a route answers with; the server turns it into bytes and headers. */
export interface Reply {
  status: number;
  /** Sent as JSON, a `JsonText` as it is; undefined sends no body. */
  body?: unknown;
  /** Sent as plain text instead of a body. */
  text?: string;
  headers?: Record<string, string>;
}

export const noContent: Reply = { status: 204 };

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}
