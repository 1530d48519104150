/** A place in a list that is ordered by time and id; it stays one when its row is deleted. */
export interface ListCursor {
  /** Since 1970. */
  readonly micros: number;
  readonly id: string;
}

const CURSOR = /^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** As it stands in addresses. */
export function cursorText({ micros, id }: ListCursor): string {
  return `${micros}_${id}`;
}

/** Undefined for what is no cursor. */
export function readCursor(text: string): ListCursor | undefined {
  const [, micros, id] = CURSOR.exec(text) ?? [];
  return micros === undefined || id === undefined || !Number.isSafeInteger(Number(micros))
    ? undefined
    : { micros: Number(micros), id };
}

/** SQL: the microseconds since 1970 of a time, exactly. */
export const microsOf = (time: string) => `(extract(epoch from ${time}) * 1000000)::bigint`;

/** SQL: the time of microseconds since 1970. */
export const timeOfMicros = (micros: string) =>
  `(timestamptz 'epoch' + ${micros} * interval '1 microsecond')`;
