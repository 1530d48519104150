import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'tsdown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { buildScripts, SPOKE, scriptForms } from './scripted-forms.ts';
import { openWatched } from './watched-page.ts';

/** An application: a component that comes and goes, and a form of its own over the hook. */
const APPLICATION = `import { createElement, StrictMode, useState, version } from 'react';
import { createRoot } from 'react-dom/client';
import { ContactForm, useSpokeForm } from '../../browser/react/index.ts';

function Own() {
  const { state, errors, submitted, descriptor, submit } = useSpokeForm('contact', {
    url: '${SPOKE}', language: 'en', solveChallenge: async ({ siteKey }) => 'own ' + siteKey,
  });
  const send = (event) => {
    event.preventDefault();
    void submit({ ...Object.fromEntries(new FormData(event.currentTarget)), message: 'Hello', terms: true });
  };
  return createElement('form', { id: 'own', onSubmit: send },
    createElement('p', { id: 'state' }, state),
    createElement('p', { id: 'errors' }, errors.email ?? ''),
    createElement('p', { id: 'said' }, submitted?.message ?? descriptor?.title ?? ''),
    createElement('input', { name: 'email', 'aria-label': 'Own e-mail' }),
    createElement('button', null, 'Own send'));
}

function Page() {
  const [shown, show] = useState(true);
  const [said, say] = useState('');
  const [accent, setAccent] = useState('#1f5fbf');
  const [language, setLanguage] = useState('en');
  return createElement('main', null,
    createElement('button', { onClick: () => show(!shown) }, 'Toggle'),
    createElement('button', { onClick: () => setAccent('#0f766e') }, 'Paint'),
    createElement('button', { onClick: () => setLanguage('de') }, 'Deutsch'),
    createElement('p', { id: 'version' }, version),
    createElement('p', { id: 'told' }, said),
    shown && createElement(ContactForm, {
      url: '${SPOKE}', language, accent, style: { '--spoke-radius': '3px' }, solveChallenge: async ({ siteKey }) => 'solved ' + siteKey, values: { firstName: 'Grace', source: 'react' },
      onSubmitted: ({ status }) => say('submitted ' + status),
      onError: ({ code }) => say('failed ' + code),
    }),
    createElement(Own));
}

createRoot(document.getElementById('root')).render(createElement(StrictMode, null, createElement(Page)));
`;
const ADDRESS = 'http://app.example/';
const HTML =
  '<!doctype html><html lang="en"><title>App</title><div id="root"></div><script type="module" src="/app.js"></script>';
const BUILD_MS = 60_000;

/** The components with a version of React; `modules` is the folder that it is installed in, if not the repository's own. */
export function describeReactForms(version: string, modules?: string): void {
  describeBrowser(`the components for React, with React ${version}`, (browser) =>
    tests(browser, version, modules),
  );
}

function tests(browser: () => Browser, version: string, modules: string | undefined): void {
  let scripts: Awaited<ReturnType<typeof buildScripts>>;
  let application: string;
  beforeAll(async () => {
    // Inside the repository: what it imports is resolved from there.
    const folder = await mkdtemp(join(process.cwd(), 'node_modules/.cache/spoke-react-'));
    await writeFile(
      join(folder, 'app.js'),
      APPLICATION.replace('../../browser', join(process.cwd(), 'browser')),
    );
    await build({
      config: false,
      entry: { app: join(folder, 'app.js') },
      outDir: folder,
      clean: false,
      dts: false,
      format: 'esm',
      platform: 'browser',
      tsconfig: 'tsconfig.browser.json',
      alias: modules ? { react: join(modules, 'react'), 'react-dom': join(modules, 'react-dom') } : {},
      define: { 'process.env.NODE_ENV': '"development"' },
      deps: { alwaysBundle: /react/, onlyBundle: false },
      logLevel: 'error',
    });
    application = await readFile(join(folder, 'app.mjs'), 'utf8').catch(() =>
      readFile(join(folder, 'app.js'), 'utf8'),
    );
    await rm(folder, { recursive: true, force: true });
    scripts = await buildScripts();
  }, BUILD_MS);
  afterAll(() => scripts.remove());

  async function setup(describe: Record<string, unknown> = {}) {
    const watched = await openWatched(browser());
    const { page } = watched;
    const scripted = await scriptForms(page, scripts);
    scripted.describe = describe;
    await page.route(`${ADDRESS}**`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: application })
        : route.fulfill({ contentType: 'text/html', body: HTML }),
    );
    await page.goto(ADDRESS);
    await page.locator('[part=form]').waitFor();
    return { ...watched, scripted };
  }

  it('show the form, tell what became of it, and begin with the given values', async () => {
    const { page, scripted, troubles } = await setup();
    const form = page.locator('[part=form]');
    expect(await form.getByLabel('First name').inputValue()).toBe('Grace');
    await form.getByRole('button', { name: 'Send' }).click();
    await page.getByText('failed SUBMISSION_INVALID').waitFor();
    await form.getByRole('textbox', { name: 'E-mail' }).fill('grace@example.com');
    await form.getByLabel('Message').fill('Hello');
    await form.getByLabel('I agree to be contacted.').check();
    await form.getByRole('button', { name: 'Send' }).click();
    await page.getByText('submitted received').waitFor();
    expect(scripted.posts).toMatchObject([
      { firstName: 'Grace', source: 'react', email: 'grace@example.com' },
    ]);
    expect(troubles).toEqual([]);
  });

  it('come and go', async () => {
    const { page, troubles } = await setup();
    expect(await page.locator('#version').textContent()).toMatch(new RegExp(`^${version}\\.`));
    await page.getByRole('button', { name: 'Toggle' }).click();
    await page.locator('spoke-form').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Toggle' }).click();
    await page.locator('[part=form]').waitFor();
    expect(troubles).toEqual([]);
  });

  it('leave the looks to the application where it wants them', async () => {
    const { page, scripted } = await setup();
    await page.getByText('ready').waitFor();
    await page.getByRole('button', { name: 'Own send' }).click();
    await page.locator('#errors').getByText('Please fill this in.').waitFor();
    await page.getByLabel('Own e-mail').fill('own@example.com');
    await page.getByRole('button', { name: 'Own send' }).dblclick();
    await page.locator('#said').getByText('Thank you.').waitFor();
    expect(await page.locator('#state').textContent()).toBe('sent');
    expect(scripted.kept.size).toBe(1);
  });

  it('answer a challenge by the function that they are given, also when they come again', async () => {
    const challenge = { kind: 'turnstile', siteKey: 'k' };
    const { page, scripted } = await setup({ challenge, fields: [] });
    await page.getByRole('button', { name: 'Own send' }).click();
    await page.locator('#said').getByText('Thank you.').waitFor();
    for (const name of ['Toggle', 'Toggle']) await page.getByRole('button', { name }).click();
    await page.locator('[part=form]').getByRole('button').click();
    await page.getByText('submitted received').waitFor();
    expect(scripted.posts).toMatchObject([{ _challenge: 'own k' }, { _challenge: 'solved k' }]);
    expect(scripted.asked.length).toBeLessThan(12);
  });

  it('keep what was typed when the colour or the language changes', async () => {
    const { page, scripted } = await setup();
    const form = page.locator('[part=form]');
    await form.getByLabel('Message').fill('Hello');
    await form.getByLabel('Beta').check();
    await form.getByLabel('Country').selectOption('DE');
    const asked = scripted.asked.length;
    await page.getByRole('button', { name: 'Paint' }).click();
    expect(scripted.asked.length).toBe(asked);
    expect(
      await page.evaluate(
        "getComputedStyle(document.querySelector('spoke-form')).getPropertyValue('--spoke-accent')",
      ),
    ).toBe('#0f766e');
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await expect.poll(() => scripted.asked.at(-1)).toContain('language=de');
    await form.waitFor();
    expect(await form.getByLabel('Message').inputValue()).toBe('Hello');
    expect(await form.getByLabel('Beta').isChecked()).toBe(true);
    expect(await form.getByLabel('Country').inputValue()).toBe('DE');
    expect(await form.getByLabel('First name').inputValue()).toBe('Grace');
  });
}
