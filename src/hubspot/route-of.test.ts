import { describe, expect, it } from 'vitest';
import { paths } from './paths.ts';
import { routeOf } from './route-of.ts';
import { servicePaths } from './service-paths.ts';

const MAIL = 'ada@example.com';

describe('a route for logs', () => {
  it.each([
    [paths.records('contacts', { limit: 100 }), '/crm/objects/2026-09/contacts'],
    [paths.record('contacts', MAIL, { idProperty: 'email' }), '/crm/objects/2026-09/contacts/:id'],
    [paths.recordBatch('2-345', 'upsert'), '/crm/objects/2026-09/2-345/batch/upsert'],
    [paths.recordErase('contacts'), '/crm/objects/2026-09/contacts/gdpr-delete'],
    [
      paths.links('contacts', MAIL, 'notes', { after: '1' }),
      '/crm/objects/2026-09/contacts/:id/associations/notes',
    ],
    [paths.link('contacts', '1', '0-3', '2'), '/crm/objects/2026-09/contacts/:id/associations/0-3/:id'],
    [
      paths.defaultLink('contacts', '1', 'companies', '2'),
      '/crm/objects/2026-09/contacts/:id/associations/default/companies/:id',
    ],
    [
      paths.associationsBatchCreate('contacts', '0-46'),
      '/crm/associations/2026-09/contacts/0-46/batch/create',
    ],
    [
      paths.associationLabel('contacts', 'companies', 31),
      '/crm/associations/2026-09/contacts/companies/labels/:id',
    ],
    [paths.property('contacts', 'health_state'), '/crm/properties/2026-09/contacts/:id'],
    [paths.propertyGroup('contacts', 'mine'), '/crm/properties/2026-09/contacts/groups/:id'],
    [paths.propertyRules('0-1'), '/crm/property-validations/2026-09/0-1'],
    [paths.stage('deals', '7', '8'), '/crm/pipelines/2026-09/deals/:id/stages/:id'],
    [paths.owners({ email: MAIL }), '/crm/owners/2026-09'],
    [paths.owner(MAIL), '/crm/owners/2026-09/:id'],
    [paths.list('12'), '/crm/lists/2026-09/:id'],
    [paths.listByName('0-1', `Friends of ${MAIL}`), '/crm/lists/2026-09/object-type-id/0-1/name/:id'],
    [paths.members('12', 'join-order'), '/crm/lists/2026-09/:id/memberships/join-order'],
    [paths.listsOfRecord('0-1', '501'), '/crm/lists/2026-09/records/0-1/:id/memberships'],
    [paths.accountUsage(), '/account-info/2026-09/api-usage/daily/private-apps'],
    [paths.tokenInfo(), '/oauth/v2/private-apps/get/access-token-info'],
    [servicePaths.oauthIntrospect(), '/oauth/2026-09/token/introspect'],
    [servicePaths.consentStatuses(MAIL, 'EMAIL'), '/communication-preferences/2026-09/statuses/:id'],
    [
      servicePaths.consentUnsubscribeAll(MAIL, 'EMAIL'),
      '/communication-preferences/2026-09/statuses/:id/unsubscribe-all',
    ],
    [servicePaths.consentBatch('write'), '/communication-preferences/2026-09/statuses/batch/write'],
    [servicePaths.formSubmissions('f-1', { after: MAIL }), '/form-integrations/v1/submissions/forms/:id'],
    [servicePaths.formSubmit('1', 'f-1', true), '/submissions/v3/integration/secure/submit/:id/:id'],
    [servicePaths.form('f-1'), '/marketing/v3/forms/:id'],
    [servicePaths.customEventBatch(), '/events/custom/2026-09/send/batch'],
    [servicePaths.eventDefinition('pe1_x'), '/events/custom/2026-09/event-definitions/:id'],
    [servicePaths.appEventBatch('v4'), '/integrators/timeline/v4/events/batch'],
    ['', ''],
  ])('of %s is %s', (path, expected) => {
    expect(routeOf(path)).toBe(expected);
  });

  it('shows nothing that stands where HubSpot has a word, unless it is that word', () => {
    expect(routeOf(`/${MAIL}/${MAIL}/2026-09/${MAIL}/batch/${MAIL}`)).toBe('/:id/:id/2026-09/:id/batch/:id');
    expect(routeOf(`/crm/objects/2026-09/${encodeURIComponent(MAIL)}/1`)).toBe(
      '/crm/objects/2026-09/:id/:id',
    );
  });

  it('of no path names an e-mail address, wherever one may have been given', () => {
    for (const build of Object.values({ ...paths, ...servicePaths }) as ((...parts: string[]) => string)[]) {
      const path = build(MAIL, MAIL, MAIL, MAIL);
      expect(routeOf(path), path).not.toContain('ada');
    }
  });
});
