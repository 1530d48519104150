import type { Exchange, Reply } from './exchange.ts';
import { expectBody, unexpected } from './expect.ts';
import { own, textOf } from './json.ts';
import { paths } from './paths.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';

/** A property as the portal defines it. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  /** string, number, date, datetime, bool, enumeration, phone_number, … */
  readonly type: string;
  readonly fieldType: string;
  readonly groupName?: string;
  /** Values an enumeration takes, hidden ones included. */
  readonly options: readonly PropertyOption[];
  readonly hasUniqueValue: boolean;
  readonly calculated: boolean;
  /** Its values cannot be written through the API. */
  readonly readOnlyValue: boolean;
  readonly archived: boolean;
}

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
}

export interface NewProperty {
  /** Lower-case snake; cannot be changed later. */
  readonly name: string;
  readonly label: string;
  readonly groupName: string;
  readonly type: 'string' | 'number' | 'date' | 'datetime' | 'bool' | 'enumeration' | 'phone_number';
  readonly fieldType: string;
  readonly description?: string;
  /** Can only be set at creation; at most 10 per object type. */
  readonly hasUniqueValue?: boolean;
  readonly formField?: boolean;
  readonly options?: readonly (PropertyOption & {
    readonly displayOrder?: number;
    readonly hidden?: boolean;
  })[];
}

export interface NewPropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder?: number;
}

export interface Properties {
  /** All definitions of an object type, unpaged. */
  list(objectType: string, call?: CallOptions): Promise<Exchange>;
  /** As `list`, parsed; raises the errors of expectBody. */
  expectList(objectType: string, call?: CallOptions): Promise<readonly PropertyDefinition[]>;
  /** 409 when the name exists; the name of an archived property brings that one back (201). */
  create(objectType: string, property: NewProperty, call?: CallOptions): Promise<Exchange>;
  /** 409 when the name exists. */
  createGroup(objectType: string, group: NewPropertyGroup, call?: CallOptions): Promise<Exchange>;
}

export function createProperties(transport: Transport): Properties {
  const list: Properties['list'] = (objectType, call) =>
    transport.request({ ...call, method: 'GET', path: paths.properties(objectType) });
  return {
    list,
    async expectList(objectType, call) {
      const what = `read the properties of ${objectType}`;
      const exchange = await list(objectType, call);
      const results = own(expectBody(exchange, what), 'results');
      if (!Array.isArray(results)) throw unexpected(exchange as Reply, what, 'it has no list of results');
      return results.flatMap(readDefinition);
    },
    create: (objectType, property, call) =>
      transport.request({ ...call, method: 'POST', path: paths.properties(objectType), body: property }),
    createGroup: (objectType, group, call) =>
      transport.request({ ...call, method: 'POST', path: paths.propertyGroups(objectType), body: group }),
  };
}

function readDefinition(value: unknown): PropertyDefinition[] {
  const text = (name: string) => textOf(own(value, name));
  const name = text('name');
  if (name === undefined) return [];
  const groupName = text('groupName');
  const options = own(value, 'options');
  return [
    {
      name,
      label: text('label') ?? name,
      type: text('type') ?? 'string',
      fieldType: text('fieldType') ?? 'text',
      ...(groupName === undefined ? {} : { groupName }),
      options: Array.isArray(options) ? options.flatMap(readOption) : [],
      hasUniqueValue: own(value, 'hasUniqueValue') === true,
      calculated: own(value, 'calculated') === true,
      readOnlyValue: own(own(value, 'modificationMetadata'), 'readOnlyValue') === true,
      archived: own(value, 'archived') === true,
    },
  ];
}

function readOption(value: unknown): PropertyOption[] {
  const option = textOf(own(value, 'value'));
  return option === undefined ? [] : [{ value: option, label: textOf(own(value, 'label')) ?? option }];
}
