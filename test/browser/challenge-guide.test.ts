import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { buildScripts, SPOKE, scriptForms } from './scripted-forms.ts';
import { openWatched } from './watched-page.ts';

const ADDRESS = 'http://app.example/';
const HTML = `<!doctype html><html lang="en"><title>App</title><spoke-form form="contact"></spoke-form>
  <script type="module" src="/challenge.js"></script><script type="module" src="${SPOKE}/forms/element.js"></script>`;

/** Of each maker's script what its documentation names: tokens come late, and by its own way. */
const IMITATIONS: Readonly<Record<string, string>> = {
  turnstile: `globalThis.turnstile = {
    render: (box, { sitekey, callback }) => void setTimeout(() => callback('turnstile ' + sitekey), 50),
    remove: () => {},
  };`,
  recaptcha: `globalThis.grecaptcha = {
    ready: (then) => void setTimeout(then, 50),
    execute: async (key, { action }) => 'recaptcha ' + key + ' ' + action,
  };`,
  hcaptcha: `globalThis.hcaptcha = {
    render: (box, { sitekey, size }) => sitekey + ' ' + size,
    execute: async (id) => ({ response: 'hcaptcha ' + id, key: 'k' }),
  };`,
};

describeBrowser('the functions of the guide for vendors’ challenges', (browser) => {
  let scripts: Awaited<ReturnType<typeof buildScripts>>;
  let snippets: readonly string[];
  beforeAll(async () => {
    scripts = await buildScripts();
    const guide = await readFile('docs/guides/website.md', 'utf8');
    const chapter = guide.split('\n## ').find((each) => each.startsWith('Challenges\n')) ?? '';
    snippets = [...chapter.matchAll(/```js\n(.*?)```/gs)].map(([, text = '']) => text);
  });
  afterAll(() => scripts.remove());

  it.each([
    ['turnstile', 0, 'turnstile key'],
    ['recaptcha', 1, 'recaptcha key submit'],
    ['hcaptcha', 2, 'hcaptcha key invisible'],
  ])('%s', async (kind, at, token) => {
    const { page, troubles } = await openWatched(browser());
    const scripted = await scriptForms(page, scripts);
    scripted.describe = { challenge: { kind, siteKey: 'key' }, fields: [] };
    await page.route(`${ADDRESS}**`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: `${IMITATIONS[kind]}\n${snippets[at]}` })
        : route.fulfill({ contentType: 'text/html', body: HTML }),
    );
    await page.goto(ADDRESS);
    await page.locator('[part=button]').click();
    await page.getByText('Thank you.').waitFor();
    expect(scripted.posts).toMatchObject([{ _challenge: token }]);
    expect(troubles).toEqual([]);
  });
});
