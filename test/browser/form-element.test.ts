import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startSite } from '../../examples/website-leads/site-server.ts';
import { axeOf } from './axe-of.ts';
import { describeBrowser } from './describe-browser.ts';
import { buildScripts, SPOKE, scriptForms } from './scripted-forms.ts';
import { openWatched } from './watched-page.ts';

const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  '"><script>alert(2)</script>',
  '</textarea><svg onload=alert(3)>',
  'javascript:alert(4)',
  "{{constructor.constructor('alert(5)')()}}",
  '<b>bold</b>&amp;',
];
const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 900 };

describeBrowser('<spoke-form>', (browser) => {
  let scripts: Awaited<ReturnType<typeof buildScripts>>;
  beforeAll(async () => {
    scripts = await buildScripts();
  });
  afterAll(() => scripts.remove());

  /** The contact page of the example, under its strict policy, with the form open. */
  async function setup(options: BrowserContextOptions = {}, describe: Record<string, unknown> = {}) {
    const site = await startSite({ port: 0, spokeUrl: () => SPOKE });
    onTestFinished(() => site.close());
    const watched = await openWatched(browser(), options);
    const scripted = await scriptForms(watched.page, scripts);
    scripted.describe = describe;
    const { page } = watched;
    // Not the plain form that stands inside.
    const form = page.locator('[part=form]');
    const fill = async () => {
      await form.getByLabel('First name').fill('Ada');
      await form.getByLabel('E-mail').fill('ada@example.com');
      await form.getByLabel('Message').fill('Hello');
      await form.getByLabel('I agree to be contacted.').check();
    };
    const open = async () => {
      await page.goto(`${site.url}/contact`);
      await page.getByRole('group', { name: 'Topics' }).waitFor();
    };
    const send = () => page.getByRole('button', { name: 'Send' }).click();
    const thanked = () => page.getByText('Thank you. We have received').waitFor();
    await open();
    return { ...watched, form, site, scripted, fill, open, send, thanked };
  }

  it('shows every kind of field, and sends what was filled in', async () => {
    const { form, page, scripted, fill, send, thanked, troubles } = await setup();
    await fill();
    await form.getByLabel('Country').selectOption('DE');
    await form.getByLabel('Beta').check();
    await form.getByLabel('When').fill('2099-12-24');
    await form.getByLabel('Time').fill('14:30');
    await form.getByLabel('Seats').fill('3');
    await send();
    await thanked();
    expect(scripted.posts).toEqual([
      {
        firstName: 'Ada',
        email: 'ada@example.com',
        country: 'DE',
        topics: ['b'],
        when: '2099-12-24',
        at: '14:30',
        seats: '3',
        message: 'Hello',
        terms: true,
        _id: expect.any(String),
        _token: 'signed',
        _language: 'en',
        _timeZone: expect.any(String),
        _page: { url: page.url(), title: 'Contact · Millrace', referrer: '' },
      },
    ]);
    expect(troubles).toEqual([]);
  });

  it('says what is wrong beside each field, takes the focus to the first, and lets go when it is mended', async () => {
    const { form, page, scripted, send, thanked } = await setup();
    await form.getByLabel('E-mail').fill('nobody at home');
    await send();
    await page.getByText('Please look at the marked fields.').waitFor();
    const email = form.getByLabel('E-mail');
    expect(await email.evaluate((node) => node.getRootNode().activeElement === node)).toBe(true);
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    expect(await email.getAttribute('aria-describedby')).toBe('email-error');
    await page.getByText('Please enter a valid e-mail address.').waitFor();
    await page.getByText('Please agree to this.').waitFor();
    expect(scripted.posts).toEqual([]);
    await email.fill('ada@example.com');
    expect(await email.getAttribute('aria-invalid')).toBe('false');
    await form.getByLabel('Message').fill('Hello');
    await form.getByLabel('I agree to be contacted.').check();
    await send();
    await thanked();
  });

  it('shows what the server found wrong', async () => {
    const { form, page, scripted, fill, send } = await setup();
    scripted.faults.push((route) =>
      route.fulfill({
        status: 422,
        headers: { 'access-control-allow-origin': '*' },
        json: {
          code: 'SUBMISSION_INVALID',
          message: 'Correct email.',
          fields: { email: 'There is no such domain.' },
        },
      }),
    );
    await fill();
    await send();
    await page.getByText('There is no such domain.').waitFor();
    expect(await form.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
  });

  it('is all done with the keyboard', async () => {
    const { form, page, scripted, thanked } = await setup();
    await form.getByLabel('First name').focus();
    const keys = ['Ada', 'Tab', 'ada@example.com', 'Tab', '', 'Tab', '', 'Tab', 'Space', 'Tab', '', 'Tab'];
    for (const key of keys) {
      if (key === 'Tab' || key === 'Space') await page.keyboard.press(key);
      else await page.keyboard.type(key);
    }
    await form.getByLabel('Message').focus();
    await page.keyboard.type('Hello');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await thanked();
    expect(scripted.posts).toMatchObject([
      { firstName: 'Ada', email: 'ada@example.com', topics: ['a'], message: 'Hello', terms: true },
    ]);
    const focused = await page
      .locator('spoke-form')
      .evaluate((node) => node.shadowRoot.activeElement?.textContent);
    expect(focused).toBe('Thank you. We have received your message.');
  });

  it('keeps what bots are to fill in away from people', async () => {
    const { form, page } = await setup();
    const trap = form.locator('input[name=_website]');
    expect(await trap.getAttribute('tabindex')).toBe('-1');
    expect(await page.getByRole('textbox', { name: '_website' }).count()).toBe(0);
    const box = await trap.locator('..').boundingBox();
    expect(Math.max(box?.width ?? 0, box?.height ?? 0)).toBeLessThanOrEqual(1);
    expect(await trap.locator('..').getAttribute('aria-hidden')).toBe('true');
  });

  it('uploads a file in parts, goes on where the line broke, and hands in its ticket', async () => {
    const { form, page, scripted, fill, send, thanked } = await setup();
    await fill();
    scripted.faults.push(
      (route) => route.fulfill({ status: 308, headers: { 'access-control-allow-origin': '*' } }),
      (route) => route.abort('connectionreset'),
    );
    const buffer = Buffer.from('name;price\nAcme;12\nNord;13\n');
    await form.getByLabel('Sample').setInputFiles({ name: 'sample.csv', mimeType: 'text/csv', buffer });
    await page.getByText('✓ sample.csv').waitFor();
    await send();
    await thanked();
    expect(scripted.parts.join('')).toBe(buffer.toString());
    expect(scripted.parts.length).toBe(3);
    expect(scripted.posts).toMatchObject([{ sample: { uploadId: 'u-1', token: 't' } }]);
  });

  it('refuses a file that the form does not take before a byte is sent', async () => {
    const { form, page, scripted } = await setup();
    const file = { name: 'sample.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') };
    await form.getByLabel('Sample').setInputFiles(file);
    await page.getByText('Files of this kind are not taken.').waitFor();
    expect(scripted.parts).toEqual([]);
  });

  it.each(HOSTILE)('shows %s as the text that it is, wherever it stands', async (text) => {
    const field = { label: text, help: text, placeholder: text, required: false };
    const { form, troubles, scripted, send } = await setup(
      {},
      {
        title: text,
        success: text,
        submit: 'Send',
        fields: [
          { ...field, name: 'message', type: 'longtext' },
          {
            ...field,
            name: 'topics',
            type: 'choices',
            label: `Topics ${text}`,
            options: [{ value: text, label: text }],
          },
          { ...field, name: 'country', type: 'choice', options: [{ value: text, label: text }] },
          { ...field, name: 'terms', type: 'consent', text, version: '1' },
        ],
      },
    );
    scripted.faults.push((route) =>
      route.fulfill({
        status: 422,
        headers: { 'access-control-allow-origin': '*' },
        json: { code: 'SUBMISSION_INVALID', message: text, fields: { message: text } },
      }),
    );
    await form.locator('textarea').fill(text);
    await send();
    await form.locator('[part=error]').filter({ hasText: text }).waitFor();
    expect(await form.locator(':is(img, script, svg, b, a)').count()).toBe(0);
    expect(scripted.posts).toMatchObject([{ message: text }]);
    expect(troubles.filter((trouble) => !trouble.includes('422'))).toEqual([]);
  });

  it('leaves the plain form that stands inside when Spoke is not reached', async () => {
    const { page, site } = await setup();
    await page.unroute(`${SPOKE}/**`);
    await page.route(`${SPOKE}/forms/**`, async (route) =>
      route.fulfill({
        headers: { 'access-control-allow-origin': '*' },
        contentType: 'text/javascript',
        body: await scripts.file('element.js'),
      }),
    );
    await page.route(`${SPOKE}/api/**`, (route) => route.fulfill({ status: 404, body: '{}' }));
    await page.goto(`${site.url}/contact`);
    await page.locator('spoke-form:defined').waitFor();
    expect(await page.getByLabel('E-mail').isVisible()).toBe(true);
    expect(await page.locator('spoke-form > form').getAttribute('action')).toBe(`${SPOKE}/api/contact`);
  });

  it('takes over what was typed into the plain form before', async () => {
    const { form, page, site } = await setup();
    let describe = () => {};
    const described = new Promise<void>((resolve) => {
      describe = resolve;
    });
    await page.route(`${SPOKE}/api/forms/contact?**`, async (route) => {
      await described;
      await route.fallback();
    });
    await page.goto(`${site.url}/contact`);
    await page.getByLabel('E-mail').fill('ada@example.com');
    describe();
    await page.getByRole('group', { name: 'Topics' }).waitFor();
    expect(await form.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
  });

  it.each([
    ['wide', WIDE, 'light'],
    ['narrow', PHONE, 'dark'],
  ] as const)(
    'axe finds nothing, open and with errors: %s',
    { timeout: 120_000 },
    async (_, viewport, colorScheme) => {
      const { page, send } = await setup({ viewport, colorScheme });
      const look = async () => {
        const { violations, passes } = await axeOf(page).analyze();
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
      };
      expect(await look()).toEqual([]);
      await send();
      await page.getByText('Please look at the marked fields.').waitFor();
      expect(await look()).toEqual([]);
    },
  );

  it.each([
    ['wide', WIDE],
    ['narrow', PHONE],
  ])(
    'nothing of the page moves when the form comes, and nothing is wider than the page: %s',
    async (_, viewport) => {
      const { page, site } = await setup({ viewport });
      await page.addInitScript(`globalThis.moved = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) globalThis.moved += value;
      }).observe({ type: 'layout-shift', buffered: true });`);
      await page.goto(`${site.url}/contact`);
      await page.getByRole('group', { name: 'Topics' }).waitFor();
      const [moved, over] = (await page.evaluate(
        '[globalThis.moved, document.documentElement.scrollWidth - document.documentElement.clientWidth]',
      )) as [number, number];
      expect({ moved, over }).toEqual({ moved: 0, over: 0 });
    },
  );
});
