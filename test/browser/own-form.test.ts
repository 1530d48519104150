import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { FormDefinition } from '../../src/config/forms.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeOf } from './axe-of.ts';
import { describeBrowser } from './describe-browser.ts';
import { openWatched } from './watched-page.ts';
import { type RunningWebsite, startWebsite } from './website.ts';

const DELIVERY_MS = 20_000;
const START_MS = 60_000;
const S3 = { id: 'AKIAEXAMPLE', secret: 'made-up', region: 'eu-central-1', bucket: 'files' };
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

/** A form of one's own, with every type of field, a challenge and a file. */
const EVERY: FormDefinition = {
  title: { en: 'Everything', de: 'Alles', es: 'Todo' },
  challenge: 'people',
  fields: {
    email: { type: 'email', label: 'E-mail' },
    name: { type: 'name', label: 'Last name', property: 'lastname', required: true },
    company: { type: 'text', label: LONG, property: 'company', placeholder: 'As on the invoice' },
    message: { type: 'longtext', label: 'Message', property: 'message', max: 500 },
    phone: { type: 'phone', label: 'Phone', property: 'phone', help: 'With the country code.' },
    country: { type: 'country', label: 'Country', property: 'country' },
    size: { type: 'choice', label: 'Size', options: ['small', LONG], property: 'own_size' },
    topics: { type: 'choices', label: 'Topics', options: ['alpha', LONG], property: 'own_topics' },
    day: { type: 'date', label: 'Day', past: false, property: 'own_day' },
    at: { type: 'time', label: 'Time', property: 'own_time' },
    seats: { type: 'number', label: 'Seats', min: 1, max: 9, property: 'own_seats' },
    urgent: { type: 'checkbox', label: 'Urgent', property: 'own_urgent' },
    terms: { type: 'consent', label: 'Terms', text: 'I agree.', version: '1', required: true },
    sample: { type: 'upload', label: 'Sample', accept: ['.csv', '.json'], maxBytes: 100_000 },
    utmSource: { type: 'hidden', label: 'Source', property: 'own_source' },
  },
};

describeBrowser('a form of one’s own with a challenge and files in S3', (browser) => {
  let website: RunningWebsite;
  let s3: S3Server;
  let pageUrl: string;
  /** A page of another origin with nothing but the snippet of the guide, under the strictest policy that it names. */
  const server = createServer((request, response) => {
    const { url } = website;
    const policy = [
      "default-src 'none'",
      `script-src ${url}/forms/`,
      `connect-src ${url} ${s3.url}`,
      `form-action ${url}`,
      "require-trusted-types-for 'script'",
      "style-src 'nonce-page'",
      'img-src data:',
    ];
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy.join('; ') });
    response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Own</title>
      <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
      <style nonce="page">:root { color-scheme: light dark } body { background: Canvas; font: 1rem/1.5 system-ui; max-width: 45rem; margin: 0 auto; padding: 1rem }</style></head>
      <body><main><h1>Everything</h1>
      <script type="module" src="${url}/forms/element.js"></script>
      <spoke-form form="everything" data-utm-source="newsletter" ${decodeURIComponent(request.url?.slice(2) ?? '')}></spoke-form>
      </main></body></html>`);
  });
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    pageUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    vi.stubEnv('AWS_ACCESS_KEY_ID', S3.id);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', S3.secret);
    s3 = await startS3Server(S3, { origin: () => pageUrl });
    website = await startWebsite((config) => ({
      ...config,
      forms: { ...config.forms, everything: EVERY },
      website: {
        ...config.website,
        origins: [pageUrl],
        challenges: { people: { kind: 'altcha' } },
        uploads: { store: { kind: 's3', bucket: S3.bucket, region: S3.region, endpoint: s3.url } },
      },
    }));
  }, START_MS);
  afterAll(async () => {
    await website.stop();
    await s3.stop();
    server.close();
    vi.unstubAllEnvs();
  });

  /** The page with its form open. */
  async function open(options: BrowserContextOptions = {}, attributes = '') {
    const watched = await openWatched(browser(), options);
    await watched.page.goto(`${pageUrl}/?${encodeURIComponent(attributes)}`);
    const form = watched.page.locator('[part=form]');
    await form.waitFor();
    return { ...watched, form, email: `own.${crypto.randomUUID().slice(0, 8)}@example.com` };
  }

  async function fill({ form, email }: Pick<Awaited<ReturnType<typeof open>>, 'form' | 'email'>) {
    await form.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await form.getByLabel('Last name').fill('LOVELACE');
    await form.getByLabel('I agree.').check();
  }

  const submissionOf = async (email: string) => {
    const [row] = await website.db.query<{ id: string; state: string; reasons: string[] }>(
      'select id, state, reasons from {schema}.submissions where email = $1',
      [email],
    );
    return row;
  };

  it('arrives whole: every type of field, the challenge solved by the browser, the file in the bucket', async () => {
    const opened = await open();
    const { page, form, email, troubles } = opened;
    await fill(opened);
    await form.getByLabel(LONG).first().fill('Analytical Engines');
    await form.getByLabel('Message').fill('Hello');
    await form.getByLabel('Phone').fill('030 901820');
    await form.getByLabel('Country').selectOption('DE');
    await form.getByLabel('Size').selectOption('small');
    await form.getByLabel('alpha').check();
    await form.getByLabel('Day').fill('2099-12-24');
    await form.getByLabel('Time').fill('14:30');
    await form.getByLabel('Seats').fill('3');
    await form.getByLabel('Urgent').check();
    await page.getByText('.csv, .json · max. 100 kB').waitFor();
    const buffer = Buffer.from('name,price\nAcme,12\nNord,13\n');
    const file = { name: 'prices.csv', mimeType: 'application/vnd.ms-excel', buffer };
    await form.getByLabel('Sample').setInputFiles(file);
    await page.getByText('✓ prices.csv').waitFor();
    await form.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you. We have received').waitFor({ timeout: DELIVERY_MS });
    expect(await submissionOf(email)).toMatchObject({ state: 'accepted', reasons: [] });
    const contact = await waitFor(
      () =>
        website.simulator
          .records('contacts')
          .find(({ properties }) => properties.email === email && properties.last_file_type),
      { timeout: DELIVERY_MS },
    );
    expect(contact.properties).toMatchObject({
      lastname: 'Lovelace',
      company: 'Analytical Engines',
      phone: '+4930901820',
      country: 'Germany',
      own_size: 'small',
      own_topics: 'alpha',
      own_day: '2099-12-24',
      own_seats: '3',
      own_urgent: 'true',
      own_source: 'newsletter',
      last_file_type: 'csv',
    });
    expect([...s3.objects.values()].map(({ bytes }) => bytes.toString())).toContain(buffer.toString());
    expect(s3.refused.filter((code) => code !== 'NoSuchKey')).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('is not held as suspicious when it was sent offline and the network came back', async () => {
    const opened = await open();
    const { page, form, email } = opened;
    await fill(opened);
    await page.context().setOffline(true);
    await form.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You are offline.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Thank you. We have received').waitFor({ timeout: DELIVERY_MS });
    expect(await submissionOf(email)).toMatchObject({ state: 'accepted', reasons: [] });
  });

  it('takes the same file again for another submission', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spoke-own-form-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'same.csv');
    await writeFile(path, 'name,price\nAcme,12\n');
    const opened = await open();
    const { page, form, email } = opened;
    const send = async (message: string, clicks: number) => {
      await form.waitFor();
      await fill(opened);
      await form.getByLabel('Message').fill(message);
      await form.getByLabel('Sample').setInputFiles(path);
      await page.getByText('✓ same.csv').waitFor();
      for (let click = 1; click <= clicks; click += 1) {
        await form.getByRole('button', { name: 'Send' }).click();
        if (click < clicks) await page.getByText('This file is not there any more.').waitFor();
      }
      await page.getByText('Thank you. We have received').waitFor({ timeout: DELIVERY_MS });
    };
    await send('The first', 1);
    await page.reload();
    await send('The second', 2);
    const rows = await website.db.query('select 1 from {schema}.submissions where email = $1', [email]);
    expect(rows.length).toBe(2);
  });

  it.each([
    ['wide, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }, ''],
    ['narrow, dark, German', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, 'language="de"'],
    ['twice as large, Spanish', { viewport: { width: 640, height: 450 } }, 'language="es" dir="rtl"'],
  ] as const)(
    'fits with labels of any length, and axe finds nothing: %s',
    { timeout: 60_000 },
    async (name, options, attributes) => {
      const { page, form, troubles } = await open(options, attributes);
      const shot = process.env.SPOKE_SHOTS;
      if (shot) await page.screenshot({ path: `${shot}/${name.replace(/\W+/g, '-')}.png`, fullPage: true });
      await form.locator('button').click();
      await form.locator('[aria-invalid=true]').first().waitFor();
      if (shot)
        await page.screenshot({ path: `${shot}/${name.replace(/\W+/g, '-')}-wrong.png`, fullPage: true });
      const over = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      const { violations } = await axeOf(page).analyze();
      expect({
        over,
        found: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        troubles,
      }).toEqual({
        over: 0,
        found: [],
        troubles: [],
      });
    },
  );
});
