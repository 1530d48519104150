import type { Exchange } from './exchange.ts';
import { numberOf, own, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { paths } from './paths.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import { type CallOptions, MAX_BATCH_INPUTS } from './records.ts';
import { type Chunk, sendInChunks } from './send-in-chunks.ts';
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
  /** Its options cannot be changed through the API. */
  readonly readOnlyOptions: boolean;
  readonly archived: boolean;
}

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly displayOrder?: number;
  /** Not offered to people. */
  readonly hidden?: boolean;
  readonly description?: string;
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
  readonly options?: readonly PropertyOption[];
}

/** What can be changed of a property. `options` replaces the whole list: send all that are to stay. */
export type PropertyChange = Partial<Omit<NewProperty, 'name' | 'hasUniqueValue'>>;

export interface NewPropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder?: number;
}

/** A heading under which HubSpot shows properties. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder?: number;
  readonly archived: boolean;
}

/** Definitions of properties and their groups. Every call is one HTTP try, but for `createAll`. */
export interface Properties {
  /** All definitions of an object type, unpaged. */
  list(objectType: string, query?: { readonly archived?: boolean }, call?: CallOptions): Promise<Exchange>;
  /** As `list`, parsed; raises the errors of expectBody. */
  expectList(
    objectType: string,
    options?: ReadOptions & { readonly archived?: boolean },
  ): Promise<readonly PropertyDefinition[]>;
  get(objectType: string, name: string, call?: CallOptions): Promise<Exchange>;
  /** 409 when the name exists; the name of an archived property brings that one back (201). */
  create(objectType: string, property: NewProperty, call?: CallOptions): Promise<Exchange>;
  patch(objectType: string, name: string, change: PropertyChange, call?: CallOptions): Promise<Exchange>;
  /** 204; 400 while something in the portal uses it. */
  archive(objectType: string, name: string, call?: CallOptions): Promise<Exchange>;
  /** At most 100 inputs; 201, or 207 with an error for those that exist. */
  batchCreate(objectType: string, inputs: readonly NewProperty[], call?: CallOptions): Promise<Exchange>;
  /** As `batchCreate`, for any number of inputs. */
  createAll(
    objectType: string,
    inputs: readonly NewProperty[],
    call?: CallOptions,
  ): Promise<readonly Chunk<NewProperty>[]>;
  /** At most 100 names. */
  batchRead(
    objectType: string,
    request: { readonly names: readonly string[]; readonly archived?: boolean },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** At most 100 names; 204. */
  batchArchive(objectType: string, names: readonly string[], call?: CallOptions): Promise<Exchange>;
  listGroups(objectType: string, call?: CallOptions): Promise<Exchange>;
  /** As `listGroups`, parsed; raises the errors of expectBody. */
  expectGroups(objectType: string, options?: ReadOptions): Promise<readonly PropertyGroup[]>;
  getGroup(objectType: string, name: string, call?: CallOptions): Promise<Exchange>;
  /** 409 when the name exists. */
  createGroup(objectType: string, group: NewPropertyGroup, call?: CallOptions): Promise<Exchange>;
  patchGroup(
    objectType: string,
    name: string,
    change: Partial<Omit<NewPropertyGroup, 'name'>>,
    call?: CallOptions,
  ): Promise<Exchange>;
  /** 204; 400 while it has properties. */
  archiveGroup(objectType: string, name: string, call?: CallOptions): Promise<Exchange>;
}

export function createProperties(transport: Transport): Properties {
  const send = (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    call?: CallOptions,
  ) => transport.request({ ...call, method, path, ...(body === undefined ? {} : { body }) });
  const list: Properties['list'] = (objectType, query, call) =>
    send('GET', paths.properties(objectType, query), undefined, call);
  const listGroups: Properties['listGroups'] = (objectType, call) =>
    send('GET', paths.propertyGroups(objectType), undefined, call);
  const batchCreate: Properties['batchCreate'] = (objectType, inputs, call) =>
    send('POST', paths.propertyBatch(objectType, 'create'), { inputs }, call);
  const byName = (names: readonly string[]) => names.map((name) => ({ name }));

  return {
    list,
    expectList: (objectType, { archived = false, ...options } = {}) =>
      readAnswer(
        {
          what: `read the properties of ${objectType}`,
          send: () => list(objectType, { archived }, options),
          parse: (body) => parseEntries(body, 'results', parseProperty),
        },
        options,
      ),
    get: (objectType, name, call) => send('GET', paths.property(objectType, name), undefined, call),
    create: (objectType, property, call) => send('POST', paths.properties(objectType), property, call),
    patch: (objectType, name, change, call) => send('PATCH', paths.property(objectType, name), change, call),
    archive: (objectType, name, call) => send('DELETE', paths.property(objectType, name), undefined, call),
    batchCreate,
    createAll: (objectType, inputs, call) =>
      sendInChunks(inputs, MAX_BATCH_INPUTS, (part) => batchCreate(objectType, part, call)),
    batchRead: (objectType, { names, archived = false }, call) =>
      send('POST', paths.propertyBatch(objectType, 'read'), { inputs: byName(names), archived }, call),
    batchArchive: (objectType, names, call) =>
      send('POST', paths.propertyBatch(objectType, 'archive'), { inputs: byName(names) }, call),
    listGroups,
    expectGroups: (objectType, options = {}) =>
      readAnswer(
        {
          what: `read the groups of properties of ${objectType}`,
          send: () => listGroups(objectType, options),
          parse: (body) => parseEntries(body, 'results', parseGroup),
        },
        options,
      ),
    getGroup: (objectType, name, call) => send('GET', paths.propertyGroup(objectType, name), undefined, call),
    createGroup: (objectType, group, call) => send('POST', paths.propertyGroups(objectType), group, call),
    patchGroup: (objectType, name, change, call) =>
      send('PATCH', paths.propertyGroup(objectType, name), change, call),
    archiveGroup: (objectType, name, call) =>
      send('DELETE', paths.propertyGroup(objectType, name), undefined, call),
  };
}

/** Reads one definition, of a list, a get or a batch. */
export function parseProperty(value: unknown): Parsed<PropertyDefinition> {
  const text = (name: string) => textOf(own(value, name));
  const name = text('name');
  if (name === undefined || name === '') return misfit('it has no name');
  const groupName = text('groupName');
  const options = own(value, 'options');
  return parsedAs({
    name,
    label: text('label') ?? name,
    type: text('type') ?? 'string',
    fieldType: text('fieldType') ?? 'text',
    ...(groupName === undefined ? {} : { groupName }),
    options: Array.isArray(options) ? options.flatMap(readOption) : [],
    hasUniqueValue: own(value, 'hasUniqueValue') === true,
    calculated: own(value, 'calculated') === true,
    readOnlyValue: own(own(value, 'modificationMetadata'), 'readOnlyValue') === true,
    readOnlyOptions: own(own(value, 'modificationMetadata'), 'readOnlyOptions') === true,
    archived: own(value, 'archived') === true,
  });
}

function parseGroup(value: unknown): Parsed<PropertyGroup> {
  const name = textOf(own(value, 'name'));
  if (name === undefined || name === '') return misfit('it has no name');
  const displayOrder = numberOf(own(value, 'displayOrder'));
  return parsedAs({
    name,
    label: textOf(own(value, 'label')) ?? name,
    ...(displayOrder === undefined ? {} : { displayOrder }),
    archived: own(value, 'archived') === true,
  });
}

function readOption(value: unknown): PropertyOption[] {
  const option = textOf(own(value, 'value'));
  if (option === undefined) return [];
  const displayOrder = numberOf(own(value, 'displayOrder'));
  const description = textOf(own(value, 'description'));
  return [
    {
      value: option,
      label: textOf(own(value, 'label')) ?? option,
      ...(displayOrder === undefined ? {} : { displayOrder }),
      ...(own(value, 'hidden') === true ? { hidden: true } : {}),
      ...(description === undefined ? {} : { description }),
    },
  ];
}
