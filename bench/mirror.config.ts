import { defineConfig } from 'spoke';

/** What every contender of `pull` reads of a contact. */
export const PROPERTIES = [
  'email',
  'firstname',
  'lastname',
  'phone',
  'mobilephone',
  'company',
  'jobtitle',
  'website',
  'address',
  'city',
  'state',
  'zip',
  'country',
  'lifecyclestage',
  'hs_lead_status',
  'hubspot_owner_id',
  'num_conversion_events',
  'createdate',
  'lastmodifieddate',
  'hs_object_id',
];

export default defineConfig({ events: {}, mirror: { objects: { contacts: { properties: PROPERTIES } } } });
