import { expect, it } from 'vitest';
import type { Simulator } from '../../simulator/index.ts';
import { axeOf } from './axe-of.ts';
import { describeBrowser } from './describe-browser.ts';
import { openPage } from './portal-page.ts';

const VIEWS = [
  '#/',
  '#/requests',
  '#/records/contacts',
  '#/records/contacts/100001',
  '#/records/tickets',
  '#/lists',
  '#/lists/1',
  '#/limits',
  '#/faults',
  '#/switches',
  '#/clock',
  '#/tokens',
];
const LONG = 'A-name-without-any-blank-'.repeat(8);
const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 900 };

/** Filters of a list: everybody with a first name. */
const ALL_NAMED = {
  filterBranchType: 'OR',
  filters: [],
  filterBranches: [
    {
      filterBranchType: 'AND',
      filterBranches: [],
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'firstname',
          operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' },
        },
      ],
    },
  ],
};

/** Something of everything, with values that need room. */
async function fillPortal(
  simulator: Simulator,
  call: (method: string, path: string, body?: unknown) => Promise<Response>,
) {
  const people = Array.from({ length: 12 }, (_, n) => ({ email: `person${n}@example.com`, firstname: LONG }));
  simulator.insert('contacts', people);
  await call('GET', `/crm/objects/2026-09/contacts?properties=${LONG}`);
  await call('GET', '/crm/objects/2026-09/butterflies');
  await call('POST', '/crm/lists/2026-09', {
    name: LONG,
    objectTypeId: '0-1',
    processingType: 'DYNAMIC',
    filterBranch: ALL_NAMED,
  });
  simulator.addFaults([{ do: 'edge429', match: { path: LONG } }, { do: 'html' }]);
  await call('GET', `/crm/objects/2026-09/contacts?properties=${LONG}`);
  await call('GET', '/crm/objects/2026-09/contacts');
  simulator.addToken({ token: 'secret', id: LONG, scopes: ['oauth'] });
  simulator.revokeToken('secret');
  simulator.setClock({ frozen: true });
}

describeBrowser('access to the page of the portal', (browser) => {
  // In dark colours nothing but the colours is different.
  it.each([
    ['light colours, wide', { colorScheme: 'light', viewport: WIDE }, []],
    ['light colours, narrow', { colorScheme: 'light', viewport: PHONE }, []],
    ['dark colours', { colorScheme: 'dark', viewport: WIDE }, ['color-contrast', 'link-in-text-block']],
  ] as const)('axe finds nothing: %s', { timeout: 240_000 }, async (_, context, rules) => {
    const { simulator, page, open, call } = await openPage(browser(), { context });
    await fillPortal(simulator, call);
    for (const view of VIEWS) {
      await open(view);
      const axe = axeOf(page, { preload: false });
      if (rules.length > 0) axe.withRules([...rules]);
      const { violations, passes } = await axe.analyze();
      const found = violations.map(
        ({ id, nodes }) => `${view} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
      );
      expect(found).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
    }
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
