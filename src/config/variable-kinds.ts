/** How the text of an environment variable becomes a setting; durations become milliseconds. */
export interface Kind<T> {
  /** Type and unit as the reference shows them. */
  readonly label: string;
  /** What a valid text looks like, behind `must be`. */
  readonly rule: string;
  /** Undefined when the text does not follow the rule. */
  read(text: string): T | undefined;
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];
const DECIMAL = /^\d+(?:\.\d+)?$/;
const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;
const INTEGER = /^\d+$/;

export const flag: Kind<boolean> = {
  label: 'true or false',
  rule: 'true or false (also 1, yes, on and 0, no, off)',
  read(text) {
    const word = text.toLowerCase();
    return TRUE.includes(word) ? true : FALSE.includes(word) ? false : undefined;
  },
};

export function text(rule = 'text', pattern?: RegExp): Kind<string> {
  return { label: 'text', rule, read: (given) => (!pattern || pattern.test(given) ? given : undefined) };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    label: choices.join(', '),
    rule: `one of ${choices.join(', ')}`,
    read: (given) => choices.find((choice) => choice === given.toLowerCase()),
  };
}

export function integer(min: number, max: number, unit?: string): Kind<number> {
  return numeric({ min, max, unit, pattern: INTEGER, factor: 1 });
}

export function decimal(min: number, max: number, unit: string): Kind<number> {
  return numeric({ min, max, unit, pattern: DECIMAL, factor: 1 });
}

export function milliseconds(min: number, max: number): Kind<number> {
  return numeric({ min, max, unit: 'ms', pattern: INTEGER, factor: 1 });
}

export function seconds(min: number, max: number): Kind<number> {
  return numeric({ min, max, unit: 's', pattern: DECIMAL, factor: 1_000 });
}

export function percent(): Kind<number> {
  return numeric({ min: 0, max: 100, unit: '%', pattern: DECIMAL, factor: 0.01 });
}

export function hours(min: number, max: number): Kind<number> {
  return numeric({ min, max, unit: 'h', pattern: DECIMAL, factor: 3_600_000 });
}

/** An address without a slash at its end. */
export const httpUrl: Kind<string> = {
  label: 'URL',
  rule: 'an http:// or https:// address without user, query or fragment',
  read(given) {
    if (!URL.canParse(given)) return undefined;
    const url = new URL(given);
    const isPlain = !url.username && !url.password && !url.search && !url.hash;
    const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
    return isPlain && isHttp ? url.href.replace(/\/+$/, '') : undefined;
  },
};

/** An address to post to, with its secret in path or query. */
export const webhookUrl: Kind<string> = {
  label: 'URL',
  rule: 'an https:// address without user; http:// is accepted for this machine (localhost, 127.0.0.1, [::1]) only',
  read(given) {
    if (!URL.canParse(given)) return undefined;
    const { protocol, hostname, username, password } = new URL(given);
    const isSafe = protocol === 'https:' || (protocol === 'http:' && LOCAL.test(hostname));
    return isSafe && !username && !password ? given : undefined;
  },
};

export const postgresUrl: Kind<string> = {
  label: 'URL',
  rule: 'a postgres:// or postgresql:// address',
  read: (given) => (/^postgres(?:ql)?:\/\//.test(given) ? given : undefined),
};

interface Numeric {
  readonly min: number;
  readonly max: number;
  readonly unit: string | undefined;
  readonly pattern: RegExp;
  /** From the variable's unit to the setting's. */
  readonly factor: number;
}

function numeric({ min, max, unit, pattern, factor }: Numeric): Kind<number> {
  const word = pattern === INTEGER ? 'a whole number' : 'a number';
  return {
    label: unit ? `number (${unit})` : 'number',
    rule: `${word} from ${min} to ${max}${unit ? ` (${unit})` : ''}`,
    read(given) {
      const value = pattern.test(given) ? Number(given) : Number.NaN;
      return value >= min && value <= max ? Math.round(value * factor * 10_000) / 10_000 : undefined;
    },
  };
}
