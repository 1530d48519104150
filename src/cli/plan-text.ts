import type { Preview, RecordChange } from '../delivery/preview.ts';
import { type Effect, isUpsert } from '../mapping/effects.ts';
import { printable } from './printable.ts';

const MAX_VALUE = 60;

/** What one event would do, for people. */
export function previewText({ type, recordKey, problems, effects, changes }: Preview): string {
  const lines = [
    recordKey === undefined ? type : `${type}, in the lane ${recordKey}`,
    ...problems.map((problem) => `  would be refused: ${problem}`),
    ...(effects.length === 0 && problems.length === 0 ? ['  has no effects'] : []),
    ...(changes ? changes.flatMap(changeLines) : effects.filter(isUpsert).flatMap(upsertLines)),
    ...effects.flatMap((effect) => (isUpsert(effect) ? [] : [`  ${stepText(effect)}`])),
    ...(changes || effects.length === 0 ? [] : ['Not compared with the portal.']),
  ];
  return printable(lines.join('\n'));
}

function changeLines({ record, hubspotId, properties }: RecordChange): string[] {
  const name = `${record.objectType} ${record.idProperty} = ${record.id}`;
  const head =
    hubspotId === null
      ? `  would create ${name}`
      : properties.length === 0
        ? `  would leave ${name} (${hubspotId}) as it is`
        : `  would change ${name} (${hubspotId})`;
  const width = Math.max(0, ...properties.map((property) => property.name.length));
  return [
    head,
    ...properties.map((property) => {
      const to = property.to === '' ? '(cleared)' : cut(property.to);
      const from = property.from === null || property.from === '' ? '(empty)' : cut(property.from);
      return `    ${property.name.padEnd(width)}  ${hubspotId === null ? to : `${from} → ${to}`}`;
    }),
  ];
}

function upsertLines(effect: Effect): string[] {
  if (!isUpsert(effect)) return [];
  const { record, properties } = effect;
  const width = Math.max(0, ...Object.keys(properties).map((name) => name.length));
  return [
    `  would create or change ${record.objectType} ${record.idProperty} = ${record.id}`,
    ...Object.entries(properties).map(
      ([name, value]) => `    ${name.padEnd(width)}  ${value === '' ? '(cleared)' : cut(value)}`,
    ),
  ];
}

function stepText(effect: Effect): string {
  const { record } = effect;
  const of = `${record.objectType} ${record.id}`;
  switch (effect.kind) {
    case 'association.create':
      return `would link ${of} with ${effect.to.objectType} ${effect.to.id}${effect.label === undefined ? '' : ` as ${effect.label}`}`;
    case 'activity.create':
      return `would put on the timeline of ${of}: ${cut(plainText(effect.body))}`;
    case 'consent.set':
      return `would set ${effect.email} to ${effect.state} for ${effect.subscription}`;
    case 'list.add':
      return `would put ${of} on the list ${effect.list}`;
    case 'list.remove':
      return `would take ${of} off the list ${effect.list}`;
    case 'record.archive':
      return `would archive ${of}`;
    default:
      return `would write ${of}`;
  }
}

function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function cut(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}
