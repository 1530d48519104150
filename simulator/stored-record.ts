import type { Links } from './link-book.ts';
import type { ObjectType } from './object-types.ts';
import type { PropertyValues } from './property-values.ts';
import type { ChangedValue, WriteStamp } from './value-versions.ts';

/** Slots that every type's table begins with, in this order. */
export const SYSTEM_SLOTS = { id: 0, created: 1, modified: 2 } as const;

/** A record of any type. What can be derived is not kept: a portal may hold a million of these. */
export class StoredRecord {
  readonly numericId: number;
  readonly type: ObjectType;
  readonly properties: PropertyValues;
  /** When and by whom it was made. */
  born: WriteStamp;
  /** What changed since, newest first. */
  changed: ChangedValue | undefined = undefined;
  archivedAt: number | undefined = undefined;
  links: Links | undefined = undefined;

  constructor(numericId: number, type: ObjectType, parts: { properties: PropertyValues; born: WriteStamp }) {
    this.numericId = numericId;
    this.type = type;
    this.properties = parts.properties;
    this.born = parts.born;
    this.properties.setAt(SYSTEM_SLOTS.id, String(numericId));
    this.properties.setAt(SYSTEM_SLOTS.created, parts.born.iso);
    this.properties.setAt(SYSTEM_SLOTS.modified, parts.born.iso);
  }

  get id(): string {
    return this.properties.at(SYSTEM_SLOTS.id) ?? '';
  }

  get createdAt(): string {
    return this.properties.at(SYSTEM_SLOTS.created) ?? '';
  }

  get updatedAt(): string {
    return this.properties.at(SYSTEM_SLOTS.modified) ?? '';
  }
}
