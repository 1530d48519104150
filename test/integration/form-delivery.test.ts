import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/index.ts';
import { defineConfig, type SpokeConfig } from '../../src/config/define-config.ts';
import { OPT_OUT_STANDS } from '../../src/delivery/consent-stage.ts';
import { createHubspotClient, type HubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { createTransport, type Transport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { checkSubmission, contactForm, demoRequestForm, quoteRequestForm } from '../../src/mapping/index.ts';
import { showEvent } from '../../src/outbox/events.ts';
import { createPortalApi } from '../../src/provisioning/actual-portal.ts';
import { planConfig } from '../../src/provisioning/plan-config.ts';
import { liveRecords, onlyRecord, redriveDead } from '../support/effects.ts';
import { provision } from '../support/provision.ts';
import { type Bundle, setup } from '../support/setup.ts';

const LONG = 60_000;
const NOW = new Date('2026-11-26T09:00:00Z');
const newsletter = { subscription: 'Marketing Information', version: '2026-11' };

const config = defineConfig({
  events: {},
  portal: {
    pipelines: {
      deals: [
        {
          label: 'Website',
          stages: [
            { label: 'Asked', probability: 0.1 },
            { label: 'Won', probability: 1 },
          ],
        },
      ],
    },
  },
  forms: {
    contact: contactForm({ newsletter }),
    demo_request: demoRequestForm({
      newsletter,
      deal: { pipeline: 'Website', stage: 'Asked', properties: { projectDetails: 'asked_for' } },
    }),
    quote_request: quoteRequestForm({
      fields: {
        budget: { type: 'number', label: 'Budget', property: 'budget' },
        urgent: { type: 'checkbox', label: 'Urgent', property: 'is_urgent' },
      },
      deal: {
        pipeline: 'default',
        stage: 'qualifiedtobuy',
        amount: 'budget',
        name: ({ company }) => `Quote for ${company}`,
      },
    }),
  },
});

/** Puts in the outbox what a visitor sends, as the intake does. */
async function submit(
  { db }: Pick<Bundle, 'db'>,
  form: 'contact' | 'demo_request' | 'quote_request',
  body: Record<string, unknown>,
  over: { id?: string; at?: string } = {},
): Promise<void> {
  const definition = config.forms?.[form];
  if (definition === undefined) throw new Error(`no form ${form}`);
  const check = checkSubmission(definition, body, {
    language: 'en',
    timeZone: 'Europe/Berlin',
    defaultCountry: 'DE',
    now: NOW,
  });
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  const { at = NOW.toISOString(), id = 'b0c1e0f2-1111-4222-8333-444455556666' } = over;
  const payload = {
    submissionId: id,
    language: 'en',
    values: check.values,
    consents: check.consents.map((consent) => ({ ...consent, at })),
    page: { url: 'https://www.example.com/demo' },
  };
  await db.query('select {schema}.track($1, $2::text::jsonb)', [`form.${form}`, JSON.stringify(payload)]);
}

async function started(given: SpokeConfig = config): Promise<Bundle> {
  const bundle = await setup({ simulator: { behaviour: { privacySettings: true } } });
  await provision(bundle.simulator, given);
  await bundle.start({ config: given });
  return bundle;
}

const subscriptionOf = (simulator: Simulator) =>
  simulator.subscriptionTypes().find(({ name }) => name === 'Marketing Information')?.id ?? 0;
const writesOf = (simulator: Simulator, email: string) =>
  simulator.consent(email).changes.map(({ state, source }) => `${state} ${source}`);

const demo = {
  firstName: 'ADA',
  lastName: 'lovelace',
  email: ' Ada@Example.com ',
  company: 'Analytical Engines <b>',
  jobTitle: 'Programmer',
  country: 'u.k.',
  phone: '020 7946 0018',
  serviceInterests: ['Training', 'support'],
  projectDetails: 'Line one\nLine two',
  preferredDate: '24.12.2026',
  preferredTime: '2:30 pm',
  referralSource: 'A friend',
  newsletter: 'on',
};

describe('a submission at HubSpot', () => {
  it('is a contact, a deal in its stage, their link, a note and a consent', { timeout: LONG }, async () => {
    const bundle = await started();
    await submit(bundle, 'demo_request', demo);
    await bundle.idle();
    expect(await bundle.events()).toMatchObject([{ state: 'delivered', last_error: null }]);
    expect(bundle.contact('ada@example.com')).toMatchObject({
      firstname: 'Ada',
      lastname: 'Lovelace',
      company: 'Analytical Engines <b>',
      jobtitle: 'Programmer',
      country: 'United Kingdom',
      phone: '+442079460018',
      service_interest: 'training;support',
      project_description: 'Line one\nLine two',
      preferred_demo_date: '2026-12-24',
      preferred_demo_time: '14:30 (Europe/Berlin)',
      lead_source: 'A friend',
      form_type: 'demo_request',
      lifecyclestage: 'salesqualifiedlead',
    });
    const deal = onlyRecord(bundle, 'deals');
    const pipeline = (
      await withClient(bundle.simulator, (client) => client.pipelines.expectList('deals'))
    ).find(({ label }) => label === 'Website');
    expect(deal.properties).toMatchObject({
      dealname: 'Request a demo: Analytical Engines <b>',
      pipeline: pipeline?.id,
      dealstage: pipeline?.stages.find(({ label }) => label === 'Asked')?.id,
      spoke_submission_id: 'b0c1e0f2-1111-4222-8333-444455556666',
      asked_for: 'Line one\nLine two',
    });
    const contact = onlyRecord(bundle, 'contacts');
    expect(await linksOf(bundle.simulator, 'deals', 'contacts', deal.id)).toEqual([contact.id]);
    const note = onlyRecord(bundle, 'notes');
    expect(await linksOf(bundle.simulator, 'notes', 'contacts', note.id)).toEqual([contact.id]);
    expect(note.properties.hs_note_body).toContain(
      '<p><strong>Request a demo</strong></p><p>First name: Ada<br>Last name: Lovelace<br>E-mail: ada@example.com<br>Company: Analytical Engines &lt;b&gt;<br>Job title: Programmer<br>Country: United Kingdom',
    );
    expect(note.properties.hs_note_body).toContain(
      'Services: Training, Support<br>What is it about?: <br>Line one<br>Line two<br>',
    );
    expect(bundle.simulator.consent('ada@example.com').changes).toMatchObject([
      {
        subscriptionId: subscriptionOf(bundle.simulator),
        state: 'SUBSCRIBED',
        legalBasis: 'CONSENT_WITH_NOTICE',
        legalBasisExplanation: 'Form demo_request, text 2026-11, 2026-11-26T09:00:00.000Z',
      },
    ]);
  });

  it('is one deal however often it is delivered, and a second deal for a second submission', {
    timeout: LONG,
  }, async () => {
    const bundle = await started();
    await submit(bundle, 'demo_request', demo);
    await submit(bundle, 'demo_request', demo);
    await submit(
      bundle,
      'demo_request',
      { ...demo, newsletter: undefined },
      { id: 'b0c1e0f2-1111-4222-8333-444455556667' },
    );
    await bundle.idle();
    expect(liveRecords(bundle, 'contacts')).toHaveLength(1);
    expect(liveRecords(bundle, 'deals')).toHaveLength(2);
    expect(writesOf(bundle.simulator, 'ada@example.com')).toHaveLength(1);
  });

  it('sends an amount, a name made by the config, and a number and a box as such', {
    timeout: LONG,
  }, async () => {
    const bundle = await started();
    const { preferredDate: _, preferredTime: __, newsletter: ___, ...rest } = demo;
    await submit(bundle, 'quote_request', { ...rest, budget: '12.500,50', timeline: 'Q1', urgent: 'on' });
    await bundle.idle();
    expect(onlyRecord(bundle, 'deals').properties).toMatchObject({
      dealname: 'Quote for Analytical Engines <b>',
      amount: '12500.5',
      dealstage: 'qualifiedtobuy',
    });
    expect(bundle.contact('ada@example.com')).toMatchObject({
      budget: '12500.5',
      is_urgent: 'true',
      project_timeline: 'Q1',
      lifecyclestage: 'opportunity',
      form_type: 'quote_request',
    });
  });

  it('leaves a further lifecycle stage and what was not asked as they are', { timeout: LONG }, async () => {
    const bundle = await started();
    await submit(bundle, 'demo_request', demo);
    await bundle.idle();
    await submit(bundle, 'contact', {
      firstName: 'Ada',
      lastName: 'Byron',
      email: 'ada@example.com',
      message: 'Hello',
    });
    await bundle.idle();
    expect(bundle.contact('ada@example.com')).toMatchObject({
      lastname: 'Byron',
      message: 'Hello',
      jobtitle: 'Programmer',
      phone: '+442079460018',
      lifecyclestage: 'salesqualifiedlead',
      form_type: 'contact',
    });
  });

  it('is mapped anew when it is redriven, from what was accepted', { timeout: LONG }, async () => {
    const bundle = await setup();
    const name = (): string => {
      throw new TypeError('no such name');
    };
    const wrong = defineConfig({
      ...config,
      forms: {
        ...config.forms,
        demo_request: demoRequestForm({ deal: { pipeline: 'Website', stage: 'Asked', name } }),
      },
    });
    await provision(bundle.simulator, config);
    const first = await bundle.start({ config: wrong });
    await submit(bundle, 'demo_request', demo);
    await bundle.idle();
    expect(await bundle.events()).toMatchObject([{ state: 'dead', last_error_code: 'EVENT_MAPPING_FAILED' }]);
    await first.stop();
    await redriveDead(bundle);
    await bundle.start({ config });
    await bundle.idle();
    expect(await bundle.events()).toMatchObject([{ state: 'delivered' }]);
    expect(onlyRecord(bundle, 'deals').properties.asked_for).toBe('Line one\nLine two');
  });
});

describe('the plan of a portal with forms', () => {
  const plan = (simulator: Simulator, given: SpokeConfig) =>
    withClient(simulator, (_, transport) => planConfig(given, createPortalApi(transport)));

  it('is empty once it was applied, and a deal has its unique property', { timeout: LONG }, async () => {
    const bundle = await setup();
    const first = await plan(bundle.simulator, config);
    expect(first.changes.map(({ kind, objectType }) => `${kind} ${objectType}`)).toContain(
      'property.create deals',
    );
    await provision(bundle.simulator, config);
    expect(await plan(bundle.simulator, config)).toEqual({ changes: [], findings: [] });
  });

  it('names a stage that the portal does not have', { timeout: LONG }, async () => {
    const bundle = await setup();
    const forms = {
      demo_request: demoRequestForm({ deal: { pipeline: 'default', stage: 'qualifiedtobye' } }),
    };
    const { findings } = await plan(bundle.simulator, { events: {}, forms });
    expect(findings).toMatchObject([
      { kind: 'sample-refused', name: 'dealstage', events: ['form.demo_request'] },
    ]);
  });
});

describe('what was agreed to', () => {
  it('says nothing where the box was not ticked', { timeout: LONG }, async () => {
    const bundle = await started();
    await submit(bundle, 'demo_request', { ...demo, newsletter: 'off' });
    await bundle.idle();
    expect(writesOf(bundle.simulator, 'ada@example.com')).toEqual([]);
  });

  it.each([
    ['from one kind of e-mail', true],
    ['from all e-mail', false],
  ])(
    'does not bring back who has opted out %s since, also on a late or repeated delivery',
    { timeout: LONG },
    async (_, one) => {
      const bundle = await started();
      const subscriptionId = subscriptionOf(bundle.simulator);
      await submit(bundle, 'demo_request', demo, { at: '2020-01-01T00:00:00Z' });
      await bundle.idle();
      bundle.simulator.setConsent({
        email: 'ada@example.com',
        state: 'UNSUBSCRIBED',
        ...(one ? { subscriptionId } : {}),
      });
      await submit(bundle, 'contact', { ...demo, message: 'Again' }, { at: '2020-01-02T00:00:00Z' });
      await bundle.idle();
      expect(await bundle.events()).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
      const { statuses } = bundle.simulator.consent('ada@example.com');
      expect(statuses.find((each) => each.subscriptionId === subscriptionId)?.state).toBe('UNSUBSCRIBED');
      const [first, late] = await Promise.all([1, 2].map((id) => showEvent(bundle.db, id)));
      const looks = (event: typeof late) => event?.attempts.filter(({ call }) => call === OPT_OUT_STANDS);
      expect(looks(first)).toEqual([]);
      expect(looks(late)).toMatchObject([
        { status: 200, error: expect.stringMatching(/^not subscribed: opted out at 20.*Z$/) },
      ]);
    },
  );

  it('brings back who has agreed after the opt-out', { timeout: LONG }, async () => {
    const bundle = await started();
    const subscriptionId = subscriptionOf(bundle.simulator);
    bundle.simulator.setConsent({ email: 'ada@example.com', state: 'UNSUBSCRIBED', subscriptionId });
    await submit(bundle, 'demo_request', demo, { at: '2099-01-01T00:00:00Z' });
    await bundle.idle();
    expect(bundle.simulator.consent('ada@example.com').changes).toMatchObject([
      { state: 'UNSUBSCRIBED' },
      { state: 'SUBSCRIBED', reason: 'RESUBSCRIBE_OCCURRED' },
    ]);
  });
});

function linksOf(simulator: Simulator, from: string, to: string, id: string): Promise<string[]> {
  return withClient(simulator, async (client) => {
    const read = await client.associations.readAssociations(from, to, [id]);
    return read.kind === 'failed' ? [] : [...(read.links.get(id) ?? [])];
  });
}

async function withClient<T>(
  simulator: Simulator,
  work: (client: HubspotClient, transport: Transport) => Promise<T>,
): Promise<T> {
  const given = { token: tokenFromText(simulator.token), baseUrl: simulator.url };
  const client = createHubspotClient(given);
  const transport = createTransport({ ...given, log: silentLogger });
  try {
    return await work(client, transport);
  } finally {
    await client.close();
    await transport.close();
  }
}
