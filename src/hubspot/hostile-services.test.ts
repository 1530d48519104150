import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBody, RUNS } from '../../test/support/hostile-bodies.ts';
import { reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { SpokeError } from '../errors.ts';
import { appEventOutcome } from './app-events.ts';
import { createAssociations } from './associations.ts';
import { createConsent, parseConsentStatuses } from './consent.ts';
import { createCustomEvents } from './custom-events.ts';
import { parseFormFaults } from './form-submission.ts';
import { createForms } from './forms.ts';
import { createContactOperations } from './operations/contact-operations.ts';
import { createRecords } from './records.ts';
import { parseWebhookEvents } from './webhook-events.ts';

const STATUS = fc.constantFrom(200, 201, 207, 400, 401, 403, 404, 409, 429, 500);
const TARGET = { portalId: '1', formId: 'f' };
const AGREEMENT = { subscriptionId: '1', state: 'SUBSCRIBED' } as const;

describe('whatever HubSpot answers or sends', () => {
  it('the readers give something', () => {
    fc.assert(
      fc.property(anyBody, STATUS, (body, status) => {
        parseConsentStatuses(body);
        appEventOutcome(reply(status, body), 1);
        const { events, unreadable } = parseWebhookEvents(body);
        expect(events.length + unreadable).toBeGreaterThanOrEqual(Array.isArray(body) ? body.length : 1);
        for (const { code, place } of parseFormFaults(body))
          expect(`${code}${place}`).not.toMatch(/canary|@/);
      }),
      { numRuns: RUNS },
    );
  });

  it('every call ends with a value or one of our errors, which quotes nobody', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, STATUS, async (body, status) => {
        const answer = reply(status, body);
        const transport = () => scriptedTransport(...Array.from({ length: 20 }, () => answer));
        const operations = createContactOperations({
          records: createRecords(transport()),
          associations: createAssociations(transport()),
          toWire: async () => ({ email: 'a@example.com' }),
          now: () => 0,
        });
        const ends = await Promise.allSettled([
          createConsent(transport()).expectDefinitions(),
          createConsent(transport()).expectStatuses('a@example.com'),
          createConsent(transport()).expectSetStatus('a@example.com', AGREEMENT),
          createConsent(transport()).expectBatchRead(['a@example.com']),
          createForms(transport(), transport()).expectSubmit(TARGET, { fields: [] }),
          createForms(transport(), transport()).expectDefinition('f'),
          createForms(transport(), transport()).submissions('f').next(),
          createCustomEvents(transport()).definitions().next(),
          createCustomEvents(transport()).expectCreateDefinition({ name: 'a', label: 'A' }),
          operations.createContact({}),
          operations.upsertContact({ idProperty: 'app_user_id', value: '7' }, {}),
          operations.findContact({ email: 'a@example.com' }),
          operations.updateContact({ id: '1' }, {}),
        ]);
        for (const end of ends) {
          if (end.status === 'fulfilled') continue;
          expect(end.reason).toBeInstanceOf(SpokeError);
          if (end.reason instanceof SpokeError)
            expect(JSON.stringify([end.reason.message, end.reason.facts])).not.toMatch(/canary/);
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
