import { FIELD_TYPES } from '../config/portal-definition.ts';
import type { ApplyReport, Step } from '../provisioning/apply-plan.ts';
import type { Change, Finding, PortalPlan } from '../provisioning/portal-plan.ts';
import { printable } from './printable.ts';

/** A plan for people. `howTo` adds the command that carries it out. */
export function planText(portalId: string, { changes, findings }: PortalPlan, howTo: boolean): string {
  const lines =
    changes.length === 0
      ? [nothingToDo(portalId, findings)]
      : [
          `Portal ${portalId} lacks ${counted(changes.length, 'thing')} that the config wants:`,
          ...columns(changes.map((change) => ['  +', ...describe(change)])),
        ];
  return printable([...lines, ...findingLines(findings), ...(howTo ? next(changes) : [])].join('\n'));
}

/** What became of a plan, for people. */
export function applyText(
  portalId: string,
  { steps, stopped }: ApplyReport,
  findings: readonly Finding[],
): string {
  const done = steps.filter(({ outcome }) => outcome === 'applied' || outcome === 'present').length;
  const head =
    steps.length === 0
      ? nothingToDo(portalId, findings)
      : `Portal ${portalId}: ${done} of ${counted(steps.length, 'change')} made.`;
  const rows = columns(
    steps.map((step) => [`  ${MARKS[step.outcome]}`, ...describe(step.change), outcomeOf(step)]),
  );
  const end =
    stopped === undefined
      ? []
      : [`Stopped: ${stopped.code}: ${stopped.message}`, 'What is made stays; apply again for the rest.'];
  return printable([head, ...rows, ...findingLines(findings), ...end].join('\n'));
}

function nothingToDo(portalId: string, findings: readonly Finding[]): string {
  return findings.some(({ level }) => level === 'problem')
    ? `There is nothing to create in portal ${portalId}.`
    : `Portal ${portalId} has all that the config wants.`;
}

const MARKS: Readonly<Record<Step['outcome'], string>> = {
  applied: '+',
  present: '=',
  failed: '!',
  skipped: ' ',
};

const WORDS: Readonly<Record<Step['outcome'], string>> = {
  applied: 'made',
  present: 'there',
  failed: 'failed',
  skipped: 'not made',
};

function outcomeOf({ outcome, reason }: Step): string {
  return reason === undefined ? WORDS[outcome] : `${WORDS[outcome]}: ${reason}`;
}

function findingLines(findings: readonly Finding[]): string[] {
  const of = (level: Finding['level']) => findings.filter((each) => each.level === level);
  const lines = (title: string, mark: string, some: readonly Finding[]) =>
    some.length === 0 ? [] : [title, ...columns(some.map((each) => [`  ${mark}`, ...sentence(each)]))];
  return [
    ...lines('Only a person can mend:', '!', of('problem')),
    ...lines('Worth knowing; left as it is:', '-', of('notice')),
  ];
}

function sentence({ objectType, message, events = [] }: Finding): string[] {
  const users = events.length === 0 ? '' : ` (sample of ${events.join(', ')})`;
  return [objectType, `${message}${users}`];
}

function next(changes: readonly Change[]): string[] {
  return changes.length === 0
    ? []
    : ['`spoke properties apply --yes` creates what is missing; nothing is ever deleted or renamed.'];
}

/** Object type, kind and what. */
function describe(change: Change): string[] {
  const { objectType } = change;
  switch (change.kind) {
    case 'group.create':
      return [objectType, 'group', `${change.group.name} ${quoted(change.group.label)}`];
    case 'property.create': {
      const { name, label, type, fieldType, groupName, hasUniqueValue, options = [] } = change.property;
      const facts = [
        type,
        ...(fieldType === FIELD_TYPES[type][0] ? [] : [fieldType]),
        ...(hasUniqueValue ? ['unique'] : []),
        `in ${groupName}`,
      ];
      const choices = type === 'enumeration' ? `: ${options.map(({ value }) => value).join(', ')}` : '';
      return [objectType, 'property', `${name} ${quoted(label)} (${facts.join(', ')})${choices}`];
    }
    case 'options.add':
      return [
        objectType,
        'options',
        `${change.property}: ${change.options.map(({ value }) => value).join(', ')}`,
      ];
    case 'pipeline.create':
      return [
        objectType,
        'pipeline',
        `${quoted(change.pipeline.label)}: ${change.pipeline.stages.map(({ label }) => label).join(', ')}`,
      ];
    case 'stage.create':
      return [objectType, 'stage', `${quoted(change.stage.label)} of ${quoted(change.pipeline)}`];
    case 'list.create':
      return [
        objectType,
        'list',
        `${quoted(change.list.name)} (${change.list.processingType.toLowerCase()})`,
      ];
  }
}

/** Cells in columns, the last one as long as it is. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const most = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: most }, (_, place) =>
    Math.max(...rows.map((row) => row[place]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, place) => (place === row.length - 1 ? cell : cell.padEnd(widths[place] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
