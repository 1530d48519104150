/** As JSON, without what Postgres' jsonb refuses: NUL and half a surrogate pair. */
export function storedJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? each.replaceAll('\0', '').toWellFormed() : each,
  );
}
