import { describe, expect, it } from 'vitest';
import { locate } from './areas.ts';

describe('the area of a path', () => {
  it.each([
    ['/crm/v3/objects/contacts', 'crm/objects', 'v3', ['contacts']],
    ['/crm/objects/2026-09/contacts/1', 'crm/objects', '2026-09', ['contacts', '1']],
    [
      '/crm/v4/associations/contacts/companies/batch/read',
      'crm/associations',
      'v4',
      ['contacts', 'companies', 'batch', 'read'],
    ],
    ['/crm-object-schemas/2026-09/schemas', 'crm/schemas', '2026-09', []],
    ['/crm/v3/schemas/2-1', 'crm/schemas', 'v3', ['2-1']],
    ['/crm-object-schemas/v3/schemas', 'crm/schemas', 'v3', []],
    ['/account-info/v3/details', 'account-info', 'v3', ['details']],
    ['/account-info/2026-09/details/', 'account-info', '2026-09', ['details']],
    ['/events/custom/2026-09/send/batch', 'events/send', '2026-09', ['batch']],
    ['/events/2026-03/send', 'events/send', '2026-03', []],
    ['/events/v3/send', 'events/send', 'v3', []],
    ['/events/event-occurrences/2026-09', 'events/occurrences', '2026-09', []],
    ['/events/v3/events', 'events/occurrences', 'v3', []],
    ['/integrators/timeline/v4/events', 'timeline', 'v4', ['events']],
    ['/oauth/v1/token', 'oauth', 'v1', ['token']],
    ['/oauth/authorize', 'oauth', 'v1', ['authorize']],
    ['/oauth/4242/authorize', 'oauth', 'v1', ['4242', 'authorize']],
    ['/oauth/2026-09/token', 'oauth', '2026-09', ['token']],
    ['/form-integrations/v1/submissions/forms/abc', 'form-submissions', 'v1', ['forms', 'abc']],
    ['/submissions/v3/integration/submit/1/abc', 'form-submit', 'v3', ['submit', '1', 'abc']],
  ])('%s is in %s', (path, area, version, rest) => {
    expect(locate(path)).toEqual({ area, version, rest });
  });

  it.each([
    '/crm/2026-09/objects/contacts',
    '/crm/objects/v3/contacts',
    '/crm/v9/objects/contacts',
    '/crm/objects/2027-03-beta/contacts',
    '/marketing/2026-09/forms',
    '/v3/crm/objects',
    '/crm',
    '/',
    '',
  ])('%s is in none', (path) => {
    expect(locate(path)).toBeUndefined();
  });
});
