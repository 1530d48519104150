import { type Clock, systemClock } from '../../clock.ts';
import type { HubspotClient } from '../client.ts';
import { type ActivityOperations, createActivityOperations } from './activity-operations.ts';
import { type ContactOperations, createContactOperations } from './contact-operations.ts';
import { createDealOperations, type DealOperations } from './deal-operations.ts';
import type { OperationContext } from './operation-context.ts';
import { createPropertyTypes } from './property-types.ts';
import { toWire } from './wire-properties.ts';

/**
 * What an application wants of HubSpot, one function each. They return plain results and raise SpokeError: those of
 * expectTaken, EMAIL_UNUSABLE, RECORD_ID_UNUSABLE, PROPERTY_VALUE_UNUSABLE, NOTE_UNUSABLE. Nothing is sent again by
 * itself; HUBSPOT_OUTCOME_UNKNOWN says in `facts.repeatable` whether the caller may.
 */
export type Operations = ContactOperations & DealOperations & ActivityOperations;

/** Builds the operations over a client, which stays the caller's to close. */
export function createOperations(
  client: Pick<HubspotClient, 'records' | 'associations' | 'properties'>,
  clock: Clock = systemClock,
): Operations {
  const typeOf = createPropertyTypes(client.properties, clock);
  const context: OperationContext = {
    records: client.records,
    associations: client.associations,
    toWire: (objectType, values, call) => toWire(objectType, values, typeOf, call),
    now: () => clock.now(),
  };
  return {
    ...createContactOperations(context),
    ...createDealOperations(context),
    ...createActivityOperations(context),
  };
}
