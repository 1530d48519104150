import type { Associations } from '../associations.ts';
import type { CallOptions, Records, WireProperties } from '../records.ts';
import type { PropertyInputs } from './wire-properties.ts';

/** What the operations are built on. */
export interface OperationContext {
  readonly records: Records;
  readonly associations: Associations;
  /** The wire form of values; see toWire. */
  readonly toWire: (
    objectType: string,
    values: PropertyInputs,
    call?: CallOptions,
  ) => Promise<WireProperties>;
  /** ms since 1970. */
  readonly now: () => number;
}
