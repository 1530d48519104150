const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Exact sum of two decimal numbers in text form (`-12.50`), without trailing zeros. Both must be such numbers. */
export function addDecimals(a: string, b: string): string {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const sum = scaled(a, scale) + scaled(b, scale);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return sum < 0n ? `-${text}` : text;
}

/** Below zero when `a` is the smaller, zero when they are equal. */
export function compareDecimals(a: string, b: string): number {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const [first, second] = [scaled(a, scale), scaled(b, scale)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The text of a finite number or a decimal text; undefined for anything else. */
export function decimalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return DECIMAL.test(value.trim()) ? value.trim() : undefined;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const text = String(value);
  if (DECIMAL.test(text)) return text;
  // An exponent: beyond 1e21, or below 1e-6, where 20 places are all that a double holds.
  return Number.isInteger(value) ? String(BigInt(value)) : value.toFixed(20);
}

/** A number where that says exactly the same, else the text. */
export function numberOrText(text: string): number | string {
  return decimalOf(Number(text)) === text ? Number(text) : text;
}

function scaleOf(text: string): number {
  return DECIMAL.exec(text)?.[3]?.length ?? 0;
}

function scaled(text: string, scale: number): bigint {
  const parts = DECIMAL.exec(text);
  if (!parts) return 0n;
  const magnitude = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(scale, '0')}`);
  return parts[1] === '-' ? -magnitude : magnitude;
}
