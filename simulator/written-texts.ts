import { quoted } from './json-text.ts';
import type { ObjectType } from './object-types.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { PlannedWrite } from './writes.ts';

/** What answers of batches tell of a write besides. */
export interface WrittenDetails {
  /** The property by which the input named its record. */
  readonly idProperty?: string | undefined;
  readonly traceId?: string | undefined;
  /** Of upserts: whether the record was made. */
  readonly isNew?: boolean | undefined;
}

/** The properties that an answer shows, in order. Inputs of one batch mostly write the same ones. */
interface Shape {
  /** Of the values that were written. */
  readonly written: readonly string[];
  readonly idProperty: string | undefined;
  /** undefined: no record has this property, for now. */
  readonly slots: readonly (number | undefined)[];
  /** Up to the value. */
  readonly heads: readonly string[];
}

/**
 * Records as JSON in the answers to writes: their type's default properties and those written. Text from the start, since
 * answers to batches are most of what the portal sends, and objects made to be turned into text take twice as long.
 */
export class WrittenTexts {
  readonly #type: ObjectType;
  /** Without its last quote. */
  readonly #url: string;
  #shape: Shape | undefined;

  constructor(portal: Portal, type: ObjectType) {
    this.#type = type;
    this.#url = quoted(portal.recordUrl(type)).slice(0, -1);
  }

  of(record: StoredRecord, write: PlannedWrite, { idProperty, traceId, isNew }: WrittenDetails = {}): string {
    const { slots, heads } = this.#shapeOf(record, write, idProperty);
    const { properties, id, archivedAt } = record;
    let shown = '';
    for (let place = 0; place < slots.length; place += 1) {
      const slot = slots[place];
      const value = slot === undefined ? undefined : properties.at(slot);
      shown += value === undefined ? `${heads[place]}null` : heads[place] + quoted(value);
    }
    let text = `{"id":"${id}","properties":{${shown}},"createdAt":${quoted(record.createdAt)},"updatedAt":${quoted(record.updatedAt)},"archived":${archivedAt !== undefined},"url":${this.#url}${id}"`;
    if (archivedAt !== undefined) text += `,"archivedAt":"${new Date(archivedAt).toISOString()}"`;
    if (write.warnings.length > 0) text += `,"warnings":${JSON.stringify(write.warnings)}`;
    if (traceId !== undefined) text += `,"objectWriteTraceId":${quoted(traceId)}`;
    if (isNew !== undefined) text += isNew ? ',"new":true' : ',"new":false';
    return `${text}}`;
  }

  #shapeOf({ properties }: StoredRecord, { values }: PlannedWrite, idProperty: string | undefined): Shape {
    if (this.#shape && isShapeOf(this.#shape, values, idProperty)) return this.#shape;
    const written = values.map(([name]) => name);
    // Results come in any order, so callers find theirs by the property they named it by.
    const named = idProperty === undefined ? [] : [idProperty];
    const names = [...new Set([...this.#type.defaultProperties, ...written, ...named])];
    const slots = names.map((name) => properties.slotOf(name));
    // Names of properties need no escapes.
    const heads = names.map((name, place) => `${place === 0 ? '' : ','}"${name}":`);
    const shape = { written, idProperty, slots, heads };
    this.#shape = slots.includes(undefined) ? undefined : shape;
    return shape;
  }
}

function isShapeOf(shape: Shape, values: PlannedWrite['values'], idProperty: string | undefined): boolean {
  if (shape.idProperty !== idProperty || shape.written.length !== values.length) return false;
  for (let place = 0; place < values.length; place += 1)
    if (values[place]?.[0] !== shape.written[place]) return false;
  return true;
}
