import { choiceOf, type FormOption, folded, textsOf } from '../../config/forms.ts';

/** Longest text that is compared with the options, characters. */
const MAX_CHOICE = 500;

/** The value of the option that is meant: by value, or by label in any language; case and spaces are forgiven. Undefined for none. */
export function chosen(value: string, options: readonly FormOption[]): string | undefined {
  return lookUp(value, indexOf(options));
}

/**
 * The values of several options, each once and in the order of the options; HubSpot takes them joined by `;`. A text is split at it.
 * Undefined when one of them is no option.
 */
export function chosenSeveral(
  value: string | readonly string[],
  options: readonly FormOption[],
): readonly string[] | undefined {
  const given = (typeof value === 'string' ? value.split(';') : value).filter((each) => each.trim() !== '');
  // Far more than there are options: an attempt to make work.
  if (given.length > 2 * options.length) return undefined;
  const index = indexOf(options);
  const found = new Set<string>();
  for (const each of given) {
    const one = lookUp(each, index);
    if (one === undefined) return undefined;
    found.add(one);
  }
  return options.map((option) => choiceOf(option).value).filter((each) => found.has(each));
}

function lookUp(value: string, index: ReadonlyMap<string, string>): string | undefined {
  return value.length > MAX_CHOICE ? undefined : index.get(folded(value));
}

/** The config has seen to it that no two options are alike. */
function indexOf(options: readonly FormOption[]): ReadonlyMap<string, string> {
  return new Map(
    options
      .map(choiceOf)
      .flatMap(({ value, label }) =>
        [value, ...textsOf(label)].map((text) => [folded(text), value] as const),
      ),
  );
}
