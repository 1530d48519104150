import { type Call, param } from '../call.ts';
import type { ObjectData } from '../object-data.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { readSchema } from './scopes.ts';

/** The rules of the portal's administrators, so that a client can look before it writes. */
export const propertyValidationRoutes: readonly Route[] = [
  { pattern: ':objectType', handle: list },
  { pattern: ':objectType/:name', handle: get },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'crm/property-validations',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: readSchema,
    }) as Route,
);

interface Rule {
  ruleType: 'REQUIRED_ON_CREATE' | 'CONDITIONALLY_REQUIRED';
  /** The property that triggers the rule, then the values that do; without values any does. */
  ruleArguments: string[];
}

function list(call: Call): Reply {
  const rules = rulesOf(call, call.portal.objects(param(call, 'objectType')));
  const results = [...rules].map(([propertyName, propertyValidationRules]) => ({
    propertyName,
    propertyValidationRules,
  }));
  return ok({ results });
}

function get(call: Call): Reply {
  const rules = rulesOf(call, call.portal.objects(param(call, 'objectType')));
  return ok({ results: rules.get(param(call, 'name')) ?? [] });
}

/** By the property that they ask for. */
function rulesOf({ portal }: Call, { type }: ObjectData): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>();
  const add = (name: string, rule: Rule) => rules.set(name, [...(rules.get(name) ?? []), rule]);
  for (const name of portal.behaviour.requiredOnCreate[type.name] ?? [])
    add(name, { ruleType: 'REQUIRED_ON_CREATE', ruleArguments: [] });
  for (const { objectType, property, values = [], requires } of portal.behaviour.conditionalRules) {
    if (objectType !== type.name) continue;
    for (const name of requires)
      add(name, { ruleType: 'CONDITIONALLY_REQUIRED', ruleArguments: [property, ...values] });
  }
  return rules;
}
