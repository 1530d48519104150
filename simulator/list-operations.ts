import { badRequest } from './api-error.ts';
import { isObject, numberOf, textOf } from './call.ts';
import { instantAt } from './daily-counter.ts';
import { splitList } from './object-store.ts';
import type { Property, ValueKind } from './property-registry.ts';
import { instantOf } from './search-filters.ts';

/** What a filter of a list asks of a property's value; '' stands for no value. */
export type ListValueTest = (value: string) => boolean;

interface Operation {
  given: Record<string, unknown>;
  operator: string;
  property: Property;
  /** IANA name; time points that name no zone are in this one. */
  timeZone: string;
}

type MakeTest = (operation: Operation) => ListValueTest;

interface OperationType {
  /** undefined: fits every property. */
  kinds: readonly ValueKind[] | undefined;
  operators: Record<string, MakeTest>;
}

const TEXT_OPERATORS: Record<string, MakeTest> = {
  IS_EQUAL_TO: texts((value, wanted) => value === wanted),
  IS_NOT_EQUAL_TO: texts((value, wanted) => value !== wanted, 'every'),
  CONTAINS: texts((value, wanted) => value.includes(wanted)),
  DOES_NOT_CONTAIN: texts((value, wanted) => !value.includes(wanted), 'every'),
  STARTS_WITH: texts((value, wanted) => value.startsWith(wanted)),
  ENDS_WITH: texts((value, wanted) => value.endsWith(wanted)),
};

/** By `operationType`. What each does with a record without a value is `includeObjectsWithNoValueSet`'s to say. */
const OPERATION_TYPES: Record<string, OperationType> = {
  ALL_PROPERTY: {
    kinds: undefined,
    operators: { IS_KNOWN: () => (value) => value !== '', IS_UNKNOWN: () => (value) => value === '' },
  },
  STRING: { kinds: ['text', 'email', 'emails'], operators: TEXT_OPERATORS },
  MULTISTRING: { kinds: ['text', 'email', 'emails'], operators: TEXT_OPERATORS },
  NUMBER: {
    kinds: ['number'],
    operators: {
      IS_EQUAL_TO: numbers((value, wanted) => value === wanted),
      IS_NOT_EQUAL_TO: numbers((value, wanted) => value !== wanted),
      IS_GREATER_THAN: numbers((value, wanted) => value > wanted),
      IS_GREATER_THAN_OR_EQUAL_TO: numbers((value, wanted) => value >= wanted),
      IS_LESS_THAN: numbers((value, wanted) => value < wanted),
      IS_LESS_THAN_OR_EQUAL_TO: numbers((value, wanted) => value <= wanted),
    },
  },
  NUMBER_RANGED: {
    kinds: ['number'],
    operators: { IS_BETWEEN: numberRange(true), IS_NOT_BETWEEN: numberRange(false) },
  },
  BOOL: {
    kinds: ['bool'],
    operators: {
      IS_EQUAL_TO: (operation) => {
        const wanted = textOf(required(operation, 'value'));
        return (value) => value === wanted;
      },
      IS_NOT_EQUAL_TO: (operation) => {
        const wanted = textOf(required(operation, 'value'));
        return (value) => value !== wanted;
      },
    },
  },
  ENUMERATION: {
    kinds: ['option', 'options', 'ids', 'bool'],
    operators: {
      IS_ANY_OF: (operation) => {
        const wanted = new Set(valuesOf(operation));
        return (value) => splitList(value).some((member) => wanted.has(member));
      },
      IS_NONE_OF: (operation) => {
        const unwanted = new Set(valuesOf(operation));
        return (value) => !splitList(value).some((member) => unwanted.has(member));
      },
    },
  },
  TIME_POINT: {
    kinds: ['date', 'datetime'],
    operators: {
      IS_AFTER: (operation) => {
        const point = timeOf(operation, 'timePoint');
        return (value) => instantOf(value) > point;
      },
      IS_BEFORE: (operation) => {
        const point = timeOf(operation, 'timePoint');
        return (value) => instantOf(value) < point;
      },
    },
  },
  TIME_RANGED: {
    kinds: ['date', 'datetime'],
    operators: { IS_BETWEEN: timeRange(true), IS_NOT_BETWEEN: timeRange(false) },
  },
};

/** A range may also be given under the type of its single-value operators. */
const RANGED: Record<string, string> = { NUMBER: 'NUMBER_RANGED', TIME_POINT: 'TIME_RANGED' };

/** The test of a PROPERTY filter's `operation`. Throws 400 for what does not fit the property. */
export function createListValueTest(given: unknown, property: Property, timeZone: string): ListValueTest {
  if (!isObject(given)) throw badRequest(`The filter on property ${property.name} has no operation`);
  const operator = textOf(given.operator);
  const named = textOf(given.operationType);
  const ranged = operator.endsWith('BETWEEN') ? RANGED[named] : undefined;
  const type = Object.hasOwn(OPERATION_TYPES, named) ? OPERATION_TYPES[ranged ?? named] : undefined;
  if (!type) {
    throw badRequest(
      `Invalid operationType ${named} for property ${property.name}; the simulator knows ${Object.keys(OPERATION_TYPES).join(', ')}`,
    );
  }
  if (type.kinds && !type.kinds.includes(property.kind))
    throw badRequest(
      `operationType ${named} does not fit property ${property.name} of type ${property.type}`,
    );
  const makeTest = Object.hasOwn(type.operators, operator) ? type.operators[operator] : undefined;
  if (!makeTest) {
    throw badRequest(
      `Invalid operator ${operator} for operationType ${named}: use one of ${Object.keys(type.operators).join(', ')}`,
    );
  }
  const test = makeTest({ given, operator, property, timeZone });
  if (named === 'ALL_PROPERTY') return test;
  const missing = given.includeObjectsWithNoValueSet === true;
  return (value) => (value === '' ? missing : test(value));
}

/** Texts compare without case; positive operators ask for one of the values, negative ones for all. */
function texts(
  compare: (value: string, wanted: string) => boolean,
  mode: 'some' | 'every' = 'some',
): MakeTest {
  return (operation) => {
    const wanted = valuesOf(operation).map((value) => value.toLowerCase());
    return (value) => {
      const lower = value.toLowerCase();
      return mode === 'some'
        ? wanted.some((each) => compare(lower, each))
        : wanted.every((each) => compare(lower, each));
    };
  };
}

function numbers(compare: (value: number, wanted: number) => boolean): MakeTest {
  return (operation) => {
    const wanted = numberIn(operation, 'value');
    return (value) => compare(Number(value), wanted);
  };
}

function numberRange(inside: boolean): MakeTest {
  return (operation) => {
    const low = numberIn(operation, 'lowerBound');
    const high = numberIn(operation, 'upperBound');
    return (value) => (Number(value) >= low && Number(value) <= high) === inside;
  };
}

function timeRange(inside: boolean): MakeTest {
  return (operation) => {
    const low = timeOf(operation, 'lowerBoundTimePoint');
    const high = timeOf(operation, 'upperBoundTimePoint');
    return (value) => (instantOf(value) >= low && instantOf(value) <= high) === inside;
  };
}

function required({ given, operator, property }: Operation, field: string): unknown {
  const value = given[field];
  if (value === undefined || value === null || value === '')
    throw badRequest(`Operator ${operator} on property ${property.name} requires ${field}`);
  return value;
}

/** `values`, or a single `value`. */
function valuesOf(operation: Operation): string[] {
  const { given } = operation;
  const values = Array.isArray(given.values) ? given.values : [required(operation, 'value')];
  if (values.length === 0)
    throw badRequest(`Operator ${operation.operator} on property ${operation.property.name} requires values`);
  return values.map(textOf);
}

function numberIn(operation: Operation, field: string): number {
  const value = numberOf(required(operation, field));
  if (Number.isNaN(value))
    throw badRequest(
      `${textOf(operation.given[field])} is not a number, in ${field} of ${operation.property.name}`,
    );
  return value;
}

/** A time point: `{timeType: 'DATE', year, month, day, hour?, minute?, zoneId?}`, or ms or ISO as `timestamp` or text. */
function timeOf(operation: Operation, field: string): number {
  const { property, given } = operation;
  const point = given[field] ?? given.timestamp ?? given.value;
  if (!isObject(point)) {
    const instant = instantOf(textOf(point ?? ''));
    if (Number.isNaN(instant)) throw badRequest(`The filter on property ${property.name} requires ${field}`);
    return instant;
  }
  const { timeType, year, month, day, hour = 0, minute = 0, second = 0, zoneId } = point;
  if (timeType !== 'DATE')
    throw badRequest(`timeType ${textOf(timeType)} is not supported by the simulator; use DATE`);
  const local = Date.UTC(
    numberOf(year),
    numberOf(month) - 1,
    numberOf(day),
    numberOf(hour),
    numberOf(minute),
    numberOf(second),
  );
  if (Number.isNaN(local))
    throw badRequest(`${field} of property ${property.name} needs year, month and day`);
  // A date has no time zone.
  if (property.kind === 'date') return local;
  try {
    return instantAt(typeof zoneId === 'string' ? zoneId : operation.timeZone, local);
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`${textOf(zoneId)} is not a time zone`);
    throw error;
  }
}
