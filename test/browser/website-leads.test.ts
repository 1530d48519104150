import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { axeOf } from './axe-of.ts';
import { describeBrowser } from './describe-browser.ts';
import { openWatched } from './watched-page.ts';
import { type RunningWebsite, startWebsite } from './website.ts';

const DELIVERY_MS = 20_000;
const START_MS = 60_000;
const THANKS = 'Thank you. We have received your message.';

describeBrowser('the website of the example', (browser) => {
  let website: RunningWebsite;
  beforeAll(async () => {
    website = await startWebsite();
  }, START_MS);
  afterAll(() => website.stop());
  beforeEach(() => website.simulator.setFaults([]));

  async function open(path: string, options: BrowserContextOptions = {}) {
    const watched = await openWatched(browser(), options);
    await watched.page.goto(website.site.url + path);
    const form = watched.page.locator('[part=form]');
    await form.waitFor();
    const email = `${path.slice(1)}.${crypto.randomUUID().slice(0, 8)}@example.com`;
    return { ...watched, form, email, send: () => form.getByRole('button', { name: 'Send' }).click() };
  }

  async function fillPerson(form: Locator, email: string): Promise<void> {
    await form.getByLabel('First name').fill('ada');
    await form.getByLabel('Last name').fill('LOVELACE');
    await form.getByRole('textbox', { name: 'E-mail' }).fill(email);
  }

  /** The first page's contact form, filled in. */
  async function openContact(options: BrowserContextOptions = {}) {
    const opened = await open('/contact', options);
    await fillPerson(opened.form, opened.email);
    await opened.form.getByLabel('Message').fill('Please call me <b>soon</b>');
    return opened;
  }

  const thanked = (page: Page) => page.getByText(THANKS).waitFor({ timeout: DELIVERY_MS });

  function contactOf(email: string) {
    return website.simulator.records('contacts').find(({ properties }) => properties.email === email);
  }

  const delivered = (email: string) => waitFor(() => contactOf(email), { timeout: DELIVERY_MS });

  async function submissions(email: string): Promise<number> {
    const rows = await website.db.query('select 1 from {schema}.submissions where email = $1', [email]);
    return rows.length;
  }

  it('a contact form becomes a contact with a note and a subscription', async () => {
    const { page, form, email, send, troubles } = await openContact();
    await form.getByLabel(/news/i).check();
    await send();
    await thanked(page);
    const contact = await delivered(email);
    expect(contact.properties).toMatchObject({
      firstname: 'Ada',
      lastname: 'Lovelace',
      message: 'Please call me <b>soon</b>',
      form_type: 'contact',
      lifecyclestage: 'lead',
    });
    const note = await waitFor(
      () =>
        website.simulator.records('notes').find(({ properties }) => properties.hs_note_body?.includes(email)),
      { timeout: DELIVERY_MS },
    );
    expect(note.properties.hs_note_body).toContain('Please call me &lt;b&gt;soon&lt;/b&gt;');
    await waitFor(() => isSubscribed(email), { timeout: DELIVERY_MS });
    expect(troubles).toEqual([]);
  });

  it.each([
    ['/demo', 'demo_request', 'salesqualifiedlead', 'appointmentscheduled'],
    ['/quote', 'quote_request', 'opportunity', 'qualifiedtobuy'],
  ])('%s becomes a contact with a deal in its stage', async (path, type, lifecyclestage, dealstage) => {
    const { page, form, email, send, troubles } = await open(path);
    await fillPerson(form, email);
    await form.getByLabel('Company').fill('Analytical Engines');
    await form.getByLabel('Phone').fill('030 901820');
    await form.getByLabel('Price lists that match').check();
    await form.getByLabel('What is it about?').fill('Three suppliers');
    await send();
    await thanked(page);
    const contact = await delivered(email);
    expect(contact.properties).toMatchObject({
      form_type: type,
      lifecyclestage,
      phone: '+4930901820',
      service_interest: 'prices',
      project_description: 'Three suppliers',
    });
    const link = await waitFor(() => dealOf(contact.id), { timeout: DELIVERY_MS });
    expect(link.properties).toMatchObject({ dealstage, pipeline: 'default' });
    expect(troubles).toEqual([]);
  });

  it('a file is uploaded, looked at, and told to the portal', async () => {
    const { page, form, email, send, troubles } = await open('/upload');
    await form.getByRole('textbox', { name: 'E-mail' }).fill(email);
    const rows = Array.from({ length: 200 }, (_, n) => `Supplier ${n},${n}.50,2026-04-01`);
    const buffer = Buffer.from(`name,price,day\n${rows.join('\n')}\n`);
    await form
      .locator('input[type=file]')
      .setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer });
    await page.getByText('✓ prices.csv').waitFor();
    await send();
    await thanked(page);
    const told = () => {
      const contact = contactOf(email);
      return contact?.properties.last_file_type === undefined ? undefined : contact;
    };
    const contact = await waitFor(told, { timeout: DELIVERY_MS, what: 'the file at the contact' });
    expect(contact.properties).toMatchObject({
      last_file_type: 'csv',
      file_upload_count: '1',
      form_type: 'sample_data',
    });
    expect(troubles).toEqual([]);
  });

  it('a form is taken while HubSpot is down, and delivered once it is back', async () => {
    website.simulator.setFaults([{ at: 'before', do: 'status', status: 503 }]);
    const { page, email, send } = await openContact();
    await send();
    await thanked(page);
    expect(contactOf(email)).toBeUndefined();
    website.simulator.setFaults([]);
    await waitFor(() => contactOf(email), { timeout: 60_000 });
  }, 90_000);

  it('a double click is one submission', async () => {
    const { page, form, email } = await openContact();
    await form.getByRole('button', { name: 'Send' }).dblclick();
    await thanked(page);
    expect(await submissions(email)).toBe(1);
  });

  it('the back button and the same answers again are one submission', async () => {
    const { page, form, email, send } = await openContact();
    await send();
    await thanked(page);
    await page.goto(`${website.site.url}/`);
    await page.goBack();
    await form.waitFor();
    await fillPerson(form, email);
    await form.getByLabel('Message').fill('Please call me <b>soon</b>');
    await send();
    await thanked(page);
    expect(await submissions(email)).toBe(1);
  });

  it('other answers after that are a second submission', async () => {
    const { page, form, email, send } = await openContact();
    await send();
    await thanked(page);
    await page.reload();
    await form.waitFor();
    await fillPerson(form, email);
    await form.getByLabel('Message').fill('And bring tea');
    await send();
    await thanked(page);
    expect(await submissions(email)).toBe(2);
  });

  it('a reply that is lost on the way is one submission', async () => {
    const { page, email, send } = await openContact();
    let lost = 0;
    await page.route('**/api/forms/contact', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort('connectionreset');
    });
    await send();
    await thanked(page);
    expect({ lost, submissions: await submissions(email) }).toEqual({ lost: 1, submissions: 1 });
  });

  it('a reload while the answer is under way, and the same answers again, are one submission', async () => {
    const { page, form, email, send } = await openContact();
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await page.route(
      '**/api/forms/contact',
      async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        await route.fetch();
        arrived();
      },
      { times: 1 },
    );
    await send();
    await arrival;
    await page.reload();
    await form.waitFor();
    await fillPerson(form, email);
    await form.getByLabel('Message').fill('Please call me <b>soon</b>');
    await send();
    await thanked(page);
    expect(await submissions(email)).toBe(1);
  });

  it('what is sent offline arrives once, when there is a network again', async () => {
    const { page, email, send } = await openContact();
    await page.context().setOffline(true);
    await send();
    await page.getByText('You are offline.').waitFor();
    expect(await submissions(email)).toBe(0);
    await page.context().setOffline(false);
    await thanked(page);
    expect(await submissions(email)).toBe(1);
  });

  it('speaks the language of the element', async () => {
    const { page } = await open('/contact');
    await page.locator('spoke-form').evaluate((node) => node.setAttribute('language', 'de'));
    await page.locator('[part=form]').getByLabel('Vorname').waitFor();
    await page.getByRole('button', { name: 'Absenden' }).click();
    await page.getByText('Bitte füllen Sie dieses Feld aus.').first().waitFor();
  });

  it('works without scripts', async () => {
    const { page, troubles } = await openWatched(browser(), { javaScriptEnabled: false });
    const email = `plain.${crypto.randomUUID().slice(0, 8)}@example.com`;
    await page.goto(`${website.site.url}/contact`);
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Lovelace');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Message').fill('Hello');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    expect(page.url()).toBe(`${website.site.url}/thanks`);
    expect(await submissions(email)).toBe(1);
    expect(troubles).toEqual([]);
  });

  it.each([
    ['wide, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)(
    'on no page does axe find anything, does anything move or stick out: %s',
    async (_, options) => {
      for (const path of ['/', '/contact', '/demo', '/quote', '/upload', '/thanks']) {
        const { page, troubles } = await openWatched(browser(), options);
        await page.addInitScript(`globalThis.moved = 0;
          new PerformanceObserver((list) => {
            for (const { value } of list.getEntries()) globalThis.moved += value;
          }).observe({ type: 'layout-shift', buffered: true });`);
        await page.goto(website.site.url + path);
        if (!['/', '/thanks'].includes(path)) await page.locator('[part=form]').waitFor();
        const [moved, over] = (await page.evaluate(
          '[globalThis.moved, document.documentElement.scrollWidth - document.documentElement.clientWidth]',
        )) as [number, number];
        const { violations } = await axeOf(page).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        expect({ path, found, moved, over, troubles }).toEqual({
          path,
          found: [],
          moved: 0,
          over: 0,
          troubles: [],
        });
      }
    },
    120_000,
  );

  const isSubscribed = (email: string) =>
    website.simulator.consent(email).statuses.some(({ state }) => state === 'SUBSCRIBED');

  function dealOf(contactId: string) {
    const linked = website.simulator.detail('contacts', contactId)?.associations ?? [];
    const [deal] = linked.find(({ type }) => type === 'deals')?.results ?? [];
    return deal && website.simulator.record('deals', deal.id);
  }
});
