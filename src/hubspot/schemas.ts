import type { Exchange } from './exchange.ts';
import { numberOf, own, textList, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { paths } from './paths.ts';
import { type PropertyDefinition, parseProperty } from './properties.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';

/** A custom object type. */
export interface ObjectSchema {
  /** `2-…`; stands wherever an object type is asked for. */
  readonly objectTypeId: string;
  readonly name: string;
  /** With the portal's prefix; also stands where an object type is asked for. */
  readonly fullyQualifiedName?: string;
  readonly labels: { readonly singular?: string; readonly plural?: string };
  readonly primaryDisplayProperty?: string;
  readonly requiredProperties: readonly string[];
  readonly searchableProperties: readonly string[];
  readonly properties: readonly PropertyDefinition[];
  readonly archived: boolean;
}

/** Rules that values of one property must keep, as administrators have set them. */
export interface PropertyRules {
  readonly propertyName: string;
  readonly rules: readonly {
    /** REGEX, MIN_LENGTH, MAX_LENGTH, … */
    readonly type: string;
    readonly values: readonly string[];
  }[];
}

/** How many custom properties the portal may have and has. */
export interface PropertyLimits {
  readonly limit: number;
  readonly usage: number;
  readonly byObjectType: readonly {
    readonly objectTypeId: string;
    readonly limit: number;
    readonly usage: number;
  }[];
}

/** What the portal defines besides the properties themselves. */
export interface Schemas {
  /** All custom object types, unpaged. */
  list(query?: { readonly archived?: boolean }, call?: CallOptions): Promise<Exchange>;
  /** As `list`, parsed; raises the errors of expectBody. */
  expectList(options?: ReadOptions): Promise<readonly ObjectSchema[]>;
  /** Rules for the properties of an object type, given by its id (`0-1`). */
  rules(objectTypeId: string, call?: CallOptions): Promise<Exchange>;
  /** As `rules`, parsed; raises the errors of expectBody. */
  expectRules(objectTypeId: string, options?: ReadOptions): Promise<readonly PropertyRules[]>;
  propertyLimits(call?: CallOptions): Promise<Exchange>;
  /** As `propertyLimits`, parsed; raises the errors of expectBody. */
  expectPropertyLimits(options?: ReadOptions): Promise<PropertyLimits>;
}

export function createSchemas(transport: Transport): Schemas {
  const get = (path: string, call?: CallOptions) => transport.request({ ...call, method: 'GET', path });
  const list: Schemas['list'] = (query, call) => get(paths.schemas(query), call);
  const rules: Schemas['rules'] = (objectTypeId, call) => get(paths.propertyRules(objectTypeId), call);
  const propertyLimits: Schemas['propertyLimits'] = (call) => get(paths.propertyLimits(), call);
  return {
    list,
    expectList: (options = {}) =>
      readAnswer(
        {
          what: 'read the custom object types',
          send: () => list({}, options),
          parse: (body) => parseEntries(body, 'results', parseSchema),
        },
        options,
      ),
    rules,
    expectRules: (objectTypeId, options = {}) =>
      readAnswer(
        {
          what: `read the rules for properties of ${objectTypeId}`,
          send: () => rules(objectTypeId, options),
          parse: (body) => parseEntries(body, 'results', parseRules),
        },
        options,
      ),
    propertyLimits,
    expectPropertyLimits: (options = {}) =>
      readAnswer(
        { what: 'read the limits of properties', send: () => propertyLimits(options), parse: parseLimits },
        options,
      ),
  };
}

function parseSchema(value: unknown): Parsed<ObjectSchema> {
  const text = (name: string) => textOf(own(value, name));
  const objectTypeId = text('objectTypeId');
  const name = text('name');
  if (objectTypeId === undefined || name === undefined) return misfit('it has no objectTypeId or no name');
  const properties = parseEntries(value, 'properties', parseProperty);
  if (!properties.ok) return properties;
  const fullyQualifiedName = text('fullyQualifiedName');
  const primaryDisplayProperty = text('primaryDisplayProperty');
  const singular = textOf(own(own(value, 'labels'), 'singular'));
  const plural = textOf(own(own(value, 'labels'), 'plural'));
  return parsedAs({
    objectTypeId,
    name,
    ...(fullyQualifiedName === undefined ? {} : { fullyQualifiedName }),
    labels: {
      ...(singular === undefined ? {} : { singular }),
      ...(plural === undefined ? {} : { plural }),
    },
    ...(primaryDisplayProperty === undefined ? {} : { primaryDisplayProperty }),
    requiredProperties: textList(own(value, 'requiredProperties')),
    searchableProperties: textList(own(value, 'searchableProperties')),
    properties: properties.value,
    archived: own(value, 'archived') === true,
  });
}

function parseRules(value: unknown): Parsed<PropertyRules> {
  const propertyName = textOf(own(value, 'propertyName'));
  if (propertyName === undefined) return misfit('it has no propertyName');
  const rules = parseEntries(value, 'propertyValidationRules', (rule) => {
    const type = textOf(own(rule, 'ruleType'));
    return type === undefined
      ? misfit('it has no ruleType')
      : parsedAs({ type, values: textList(own(rule, 'ruleArguments')) });
  });
  return rules.ok ? parsedAs({ propertyName, rules: rules.value }) : rules;
}

function parseLimits(body: unknown): Parsed<PropertyLimits> {
  const limit = numberOf(own(body, 'overallLimit'));
  const usage = numberOf(own(body, 'overallUsage'));
  if (limit === undefined || usage === undefined) return misfit('it has no overallLimit or no overallUsage');
  const byObjectType = parseEntries(body, 'byObjectType', (entry) => {
    const objectTypeId = textOf(own(entry, 'objectTypeId'));
    const ofType = numberOf(own(entry, 'limit'));
    const used = numberOf(own(entry, 'usage'));
    return objectTypeId === undefined || ofType === undefined || used === undefined
      ? misfit('it lacks objectTypeId, limit or usage')
      : parsedAs({ objectTypeId, limit: ofType, usage: used });
  });
  return byObjectType.ok ? parsedAs({ limit, usage, byObjectType: byObjectType.value }) : byObjectType;
}
