import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/index.ts';
import { describeBrowser } from './describe-browser.ts';
import { openPage } from './portal-page.ts';

const VIEWS = [
  '#/',
  '#/requests',
  '#/records/contacts',
  '#/records/contacts/100001',
  '#/records/tickets',
  '#/limits',
  '#/faults',
  '#/switches',
  '#/clock',
  '#/tokens',
];
const LONG = 'A-name-without-any-blank-'.repeat(8);
const PHONE = { width: 390, height: 844 };

/** Something of everything, with values that need room. */
async function fillPortal(simulator: Simulator, call: (method: string, path: string) => Promise<Response>) {
  const people = Array.from({ length: 12 }, (_, n) => ({ email: `person${n}@example.com`, firstname: LONG }));
  simulator.insert('contacts', people);
  await call('GET', `/crm/objects/2026-09/contacts?properties=${LONG}`);
  await call('GET', '/crm/objects/2026-09/butterflies');
  simulator.addFaults([{ do: 'edge429', match: { path: LONG } }, { do: 'html' }]);
  await call('GET', `/crm/objects/2026-09/contacts?properties=${LONG}`);
  await call('GET', '/crm/objects/2026-09/contacts');
  simulator.addToken({ token: 'secret', id: LONG, scopes: ['oauth'] });
  simulator.revokeToken('secret');
  simulator.setClock({ frozen: true });
}

describeBrowser('access to the page of the portal', (browser) => {
  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    it.each([
      ['wide', { width: 1280, height: 900 }],
      ['narrow', PHONE],
    ])('axe finds nothing, %s', { timeout: 240_000 }, async (_, viewport) => {
      const { simulator, page, open, call } = await openPage(browser(), {
        context: { colorScheme, viewport },
      });
      await fillPortal(simulator, call);
      for (const view of VIEWS) {
        await open(view);
        const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
        const found = violations.map(
          ({ id, nodes }) => `${view} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
        );
        expect(found).toEqual([]);
      }
    });
  });

  it('no view breaks the rules that the page was sent with, or asks for anything from elsewhere', async () => {
    const { simulator, open, call, troubles } = await openPage(browser());
    await fillPortal(simulator, call);
    for (const view of VIEWS) {
      await open(view);
      expect({ view, troubles }).toEqual({ view, troubles: [] });
    }
  });

  it('nothing is wider than a phone', async () => {
    const { simulator, page, open, call } = await openPage(browser(), { context: { viewport: PHONE } });
    await fillPortal(simulator, call);
    for (const view of VIEWS) {
      await open(view);
      const [page_, room] = (await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number];
      expect({ view, overflow: page_ - room }).toEqual({ view, overflow: 0 });
    }
  });

  it('everything is done with the keyboard: to the faults, one added, back to the requests', async () => {
    const { page, open, simulator } = await openPage(browser());
    await open('#/');
    const focused = () =>
      page.evaluate(
        'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent',
      );
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        if (name.test(String(await focused()))) return;
      }
      expect.fail(`Tab does not come to ${name}`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Overview');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.reload();
    await page.locator('body[data-shown]').waitFor();
    await tabTo(/^Faults/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Faults' }).waitFor();
    expect(await focused()).toBe('Faults');
    await tabTo(/^Add: Outage/);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Answer 503/ }).waitFor();
    expect(simulator.faults()).toMatchObject([{ id: 'outage' }]);
    // The button has become another one; the focus is where it was.
    expect(await focused()).toBe('Remove: Outage');
    await page.keyboard.press('Enter');
    await page.getByText('The portal behaves.').waitFor();
    expect(simulator.faults()).toEqual([]);
  });

  it('a refresh takes neither focus nor an open detail away', async () => {
    const { page, open, call } = await openPage(browser());
    await call('GET', '/crm/objects/2026-09/contacts');
    await open('#/tokens');
    await page.getByText(/\d+ scopes/).click();
    await call('GET', '/crm/objects/2026-09/contacts');
    await page.getByRole('link', { name: 'Requests 2' }).waitFor();
    expect(await page.locator('details').getAttribute('open')).toBe('');
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('SUMMARY');
  });

  it('the menu of a phone opens, leads on and closes', async () => {
    const { page, open } = await openPage(browser(), { context: { viewport: PHONE } });
    await open('#/');
    expect(await page.getByRole('link', { name: 'Limits' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Limits' }).click();
    await page.getByRole('heading', { level: 1, name: 'Limits' }).waitFor();
    expect(await page.getByRole('link', { name: 'Faults' }).isVisible()).toBe(false);
  });
});
