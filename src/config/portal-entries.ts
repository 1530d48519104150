import { isRecord, unknownKeys } from './config-problem.ts';
import { suggestion } from './nearest-name.ts';
import {
  FIELD_TYPES,
  GROUP_KEYS,
  LIST_KEYS,
  OPTION_KEYS,
  PIPELINE_KEYS,
  type PORTAL_KEYS,
  PROPERTY_KEYS,
  type PropertyType,
  STAGE_KEYS,
} from './portal-definition.ts';

const NAME = /^[a-z][a-z0-9_]*$/;
const NAME_RULE = 'Use lower-case letters, digits and "_", a letter first';
const TYPES = Object.keys(FIELD_TYPES) as readonly PropertyType[];
const MAX_SHOWN = 60;

type Entry = Readonly<Record<string, unknown>>;

/** Takes a problem of an entry, or of one of its keys. */
export type Report = (message: string, key?: string) => void;

/** How the entries of one part of `portal` are written and checked. */
export interface EntryRules {
  readonly keys: object;
  /** By what an entry is known. A name may stand for the whole entry. */
  readonly id: 'name' | 'label';
  readonly check: (entry: Entry, report: Report, objectType: string) => void;
}

export const ENTRY_RULES: Readonly<Record<keyof typeof PORTAL_KEYS, EntryRules>> = {
  groups: { keys: GROUP_KEYS, id: 'name', check: checkGroup },
  properties: { keys: PROPERTY_KEYS, id: 'name', check: checkProperty },
  pipelines: { keys: PIPELINE_KEYS, id: 'label', check: checkPipeline },
  lists: { keys: LIST_KEYS, id: 'name', check: checkList },
};

function checkGroup({ name, label }: Entry, report: Report): void {
  checkName(name, report);
  checkText(label, 'label', report);
}

function checkProperty(entry: Entry, report: Report): void {
  const { name, type, fieldType, group, options, unique } = entry;
  checkName(name, report);
  if (typeof name === 'string' && name.startsWith('hs_'))
    report('Names that begin with hs_ are HubSpot’s own: use another.');
  checkText(entry.label, 'label', report);
  checkText(entry.description, 'description', report);
  if (group !== undefined && !(typeof group === 'string' && NAME.test(group)))
    report(`${NAME_RULE}.`, 'group');
  const effective = type ?? (options === undefined ? 'string' : 'enumeration');
  const known = TYPES.find((each) => each === effective);
  if (known === undefined) {
    report(`${shown(type)} is none of ${TYPES.join(', ')}.${near(type, TYPES)}`, 'type');
    return;
  }
  const fits: readonly string[] = FIELD_TYPES[known];
  if (fieldType !== undefined && !fits.some((each) => each === fieldType))
    report(
      `${shown(fieldType)} does not fit the type ${known}: use ${fits.join(' or ')}.${near(fieldType, fits)}`,
      'fieldType',
    );
  if (unique !== undefined && typeof unique !== 'boolean') report('Give true or false.', 'unique');
  if (unique === true && known !== 'string' && known !== 'number')
    report(`Values of the type ${known} cannot be unique: use string or number.`, 'unique');
  if (known !== 'enumeration') {
    if (options !== undefined) report(`A ${known} has no options: leave them out.`, 'options');
  } else if (!Array.isArray(options) || options.length === 0) {
    report("Give what can be chosen, for example ['free', 'pro'].", 'options');
  } else checkOptions(options, report);
}

function checkOptions(options: readonly unknown[], report: Report): void {
  const seen = new Set<string>();
  for (const [index, given] of options.entries()) {
    const option: unknown = typeof given === 'string' ? { value: given } : given;
    const key = `options[${index}]`;
    if (!isRecord(option)) {
      report(`Give a value or an object with ${Object.keys(OPTION_KEYS).join(', ')}.`, key);
      continue;
    }
    for (const { message } of unknownKeys('', option, OPTION_KEYS)) report(message, key);
    const { value, label, order, hidden } = option;
    // Values of several choices are sent joined by semicolons.
    if (typeof value !== 'string' || value.trim() === '' || value.includes(';'))
      report(`${shown(value)} cannot be a value: use a text without ";".`, key);
    else if (seen.has(value)) report(`${value} is there twice: remove one.`, key);
    else seen.add(value);
    checkText(label, `${key}.label`, report);
    if (order !== undefined && !(Number.isInteger(order) && Number(order) >= 0))
      report('Give a whole number from 0.', `${key}.order`);
    if (hidden !== undefined && typeof hidden !== 'boolean') report('Give true or false.', `${key}.hidden`);
  }
}

function checkPipeline({ stages }: Entry, report: Report, objectType: string): void {
  if (!Array.isArray(stages) || stages.length === 0) {
    report('Give at least one stage.', 'stages');
    return;
  }
  const seen = new Set<string>();
  for (const [index, stage] of (stages as unknown[]).entries()) {
    const key = `stages[${index}]`;
    if (!isRecord(stage)) {
      report(`Give an object with ${Object.keys(STAGE_KEYS).join(', ')}.`, key);
      continue;
    }
    for (const { message } of unknownKeys('', stage, STAGE_KEYS)) report(message, key);
    const { label } = stage;
    if (typeof label !== 'string' || label.trim() === '') report('Give a label.', key);
    else if (seen.has(label)) report(`${label} is there twice: remove one.`, key);
    else seen.add(label);
    checkStage(stage, objectType, (message) => report(message, key));
  }
}

function checkStage({ probability, ticketState }: Entry, objectType: string, report: Report): void {
  if (objectType === 'tickets') {
    if (probability !== undefined) report('Stages of tickets have no probability: give a ticketState.');
    if (ticketState !== undefined && ticketState !== 'OPEN' && ticketState !== 'CLOSED')
      report(
        `ticketState ${shown(ticketState)} is none of OPEN, CLOSED.${near(ticketState, ['OPEN', 'CLOSED'])}`,
      );
    return;
  }
  if (ticketState !== undefined) report('Stages of deals have no ticketState: give a probability.');
  if (!(typeof probability === 'number' && probability >= 0 && probability <= 1))
    report(`probability ${shown(probability)} is no number from 0 (lost) to 1 (won).`);
}

function checkList({ filterBranch }: Entry, report: Report): void {
  if (filterBranch !== undefined && !isRecord(filterBranch))
    report('Give HubSpot’s tree of filters, an object with filterBranchType.', 'filterBranch');
}

function checkName(name: unknown, report: Report): void {
  if (typeof name === 'string' && name.trim() !== '' && !NAME.test(name)) report(`${NAME_RULE}.`);
}

function checkText(text: unknown, key: string, report: Report): void {
  if (text !== undefined && (typeof text !== 'string' || text.trim() === ''))
    report('Give a text that is not blank.', key);
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : (JSON.stringify(value) ?? String(value)).slice(0, MAX_SHOWN);
}

function near(value: unknown, known: readonly string[]): string {
  return typeof value === 'string' ? suggestion(value, known) : '';
}
