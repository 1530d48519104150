import { choiceOf, type FormOption, folded, textsOf } from '../../config/forms.ts';

/** Longest text that is compared with the options, characters. */
const MAX_CHOICE = 500;

/** The value of the option that is meant: by value, or by label in any language; case and spaces are forgiven. Undefined for none. */
export function chosen(value: string, options: readonly FormOption[]): string | undefined {
  if (value.length > MAX_CHOICE) return undefined;
  const wanted = folded(value);
  const choices = options.map(choiceOf);
  const byValue =
    choices.find((choice) => choice.value === value) ??
    choices.find((choice) => folded(choice.value) === wanted);
  return (
    byValue ?? choices.find((choice) => textsOf(choice.label).some((label) => folded(label) === wanted))
  )?.value;
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
  // More than there are options: repeats, or an attempt to make work.
  if (given.length > 2 * options.length) return undefined;
  const found = new Set<string>();
  for (const each of given) {
    const one = chosen(each, options);
    if (one === undefined) return undefined;
    found.add(one);
  }
  return options.map((option) => choiceOf(option).value).filter((each) => found.has(each));
}
