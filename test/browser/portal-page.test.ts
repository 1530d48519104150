import { expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { openPage } from './portal-page.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';
const NOTES = '/crm/objects/2026-09/notes';
const NOTE_TO_CONTACT = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 };
const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

describeBrowser('the page of the portal', (browser) => {
  it('stands at the address of the portal', async () => {
    const { page, simulator } = await openPage(browser());
    await page.goto(simulator.url);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${simulator.url}/_simulator/ui/`);
  });

  it('shows what a request created, without being asked again', async () => {
    const { page, call, open, troubles } = await openPage(browser());
    await open('#/records/contacts');
    await page.getByText('No contacts yet.').waitFor();
    await call('POST', CONTACTS, { properties: { email: 'ada@example.com', firstname: 'Ada' } });
    await page.getByRole('link', { name: 'Ada' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ada' }).waitFor();
    expect(await page.getByRole('definition').allTextContents()).toContain('ada@example.com');
    expect(troubles).toEqual([]);
  });

  it('shows hostile values as the text that they are', async () => {
    const { page, call, open, troubles } = await openPage(browser());
    const made = await call('POST', CONTACTS, {
      properties: { email: 'eve@example.com', firstname: HOSTILE, lastname: '"><b>x' },
    });
    const { id } = (await made.json()) as { id: string };
    await call('POST', NOTES, {
      properties: {
        hs_timestamp: '1764000000000',
        hs_note_body: `<p>Hello <strong>there</strong> ${HOSTILE} <a href="javascript:alert(3)">one</a> <a href="https://example.com/">two</a></p>`,
      },
      associations: [{ to: { id }, types: [NOTE_TO_CONTACT] }],
    });
    for (const hash of ['#/', '#/records/contacts', `#/records/contacts/${id}`]) {
      await open(hash);
      await page.getByText('onerror="alert(1)"').first().waitFor({ state: 'attached' });
      expect(await page.locator('img:not([src="icon.svg"])').count()).toBe(0);
      expect(await page.locator('script:not([src="main.js"])').count()).toBe(0);
    }
    const note = page.locator('.rich');
    expect(await note.locator('strong').textContent()).toBe('there');
    expect(
      await note.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['https://example.com/']);
    expect(troubles).toEqual([]);
  });

  it('adds a fault at a click, and the next request meets it', async () => {
    const { page, call, open } = await openPage(browser());
    await open('#/faults');
    await page.getByRole('button', { name: 'Add: Server error 500' }).click();
    await page.getByRole('row', { name: /Answer 500/ }).waitFor();
    expect((await call('GET', CONTACTS)).status).toBe(500);
    await page.getByRole('row', { name: /Answer 500.* 1 1 / }).waitFor();
    await page.getByRole('button', { name: 'Remove fault-1' }).click();
    await page.getByText('The portal behaves.').waitFor();
    expect((await call('GET', CONTACTS)).status).toBe(200);
  });

  it('turns a plan of the simulator on and off', async () => {
    const { page, open, simulator } = await openPage(browser());
    await open('#/faults');
    await page.getByRole('button', { name: 'Add: Outage' }).click();
    await page.getByRole('button', { name: 'Remove: Outage' }).click();
    await page.getByRole('button', { name: 'Add: Outage' }).waitFor();
    expect(simulator.faults()).toEqual([]);
  });

  it('shows requests as they come in, and those that were asked for', async () => {
    const { page, call, open } = await openPage(browser());
    await open('#/requests');
    await call('GET', `${CONTACTS}?limit=3`);
    await call('GET', '/crm/objects/2026-09/butterflies');
    await page.getByRole('row', { name: /butterflies.*400 Bad request/ }).waitFor();
    await page.getByRole('row', { name: /limit=3.*200 OK/ }).waitFor();
    await page.getByLabel('Answer').selectOption('4xx');
    await page.getByRole('row', { name: /limit=3/ }).waitFor({ state: 'detached' });
    await page.getByLabel('Search').fill('nowhere');
    await page.getByText('No request fits the filter.').waitFor();
    expect(new URL(page.url()).hash).toBe('#/requests?text=nowhere&status=4xx');
  });

  it('finds a record by any of its values among many', async () => {
    const { page, open, simulator } = await openPage(browser());
    const people = Array.from({ length: 120 }, (_, n) => ({ email: `p${n}@example.com`, city: 'Oslo' }));
    simulator.insert('contacts', [{ email: 'old@example.com', city: 'Bergen' }, ...people]);
    await open('#/records/contacts');
    expect(await page.getByRole('row').count()).toBe(51);
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByRole('link', { name: 'p69@example.com' }).waitFor();
    await page.getByRole('link', { name: 'Newest' }).click();
    await page.getByRole('link', { name: 'p119@example.com' }).waitFor();
    await page.getByLabel('Search contacts').fill('bergen');
    await page.getByRole('link', { name: 'old@example.com' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('changes a switch, and puts it back', async () => {
    const { page, open, simulator } = await openPage(browser());
    await open('#/switches');
    await page.getByLabel('Merged id').selectOption('primary');
    await page.getByRole('button', { name: 'Merged id: back to default' }).click();
    await page.getByRole('button', { name: 'Merged id: back to default' }).waitFor({ state: 'detached' });
    await page.getByRole('switch', { name: 'Shuffle results' }).uncheck();
    await page.getByRole('button', { name: 'Shuffle results: back to default' }).waitFor();
    expect(simulator.state().behaviour).toMatchObject({ mergedId: 'new', shuffleResults: false });
  });

  it('stops the clock and moves it', async () => {
    const { page, open, simulator } = await openPage(browser());
    await open('#/clock');
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('button', { name: 'Let it run' }).waitFor();
    const before = simulator.now();
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    await page.getByText('ahead of this machine').waitFor();
    expect(simulator.now()).toBe(before + 3_600_000);
  });

  it('asks before it empties the portal', async () => {
    const { page, open, simulator } = await openPage(browser());
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await open('#/clock');
    await page.getByRole('button', { name: 'Reset everything' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(simulator.state().counts.contacts?.live).toBe(1);
    await page.getByRole('button', { name: 'Reset everything' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByText('Done.').waitFor();
    expect(simulator.state().counts.contacts?.live).toBe(0);
  });

  it('revokes a token by its name and never shows its secret', async () => {
    const { page, open, call, simulator } = await openPage(browser());
    await open('#/tokens');
    expect(await page.content()).not.toContain(simulator.token);
    await page.getByRole('button', { name: 'Revoke token-1' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    expect((await call('GET', CONTACTS)).status).toBe(401);
  });

  it('sets limits, and shows how much of them is used', async () => {
    const { page, open, call } = await openPage(browser());
    await open('#/limits');
    await page.getByLabel('Calls in the window', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Set limits' }).click();
    await page.getByText('The limits are changed.').waitFor();
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await call('GET', CONTACTS)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await page.getByText('2 of 2').waitFor();
    await page.getByRole('row', { name: 'the rolling window 1' }).waitFor();
  });

  it('shows each portal for itself', async () => {
    const { page, open, simulator } = await openPage(browser(), {
      simulator: { portals: [{ portalId: 222 }] },
    });
    simulator.portal(222).insert('contacts', [{ email: 'second@example.com' }]);
    await open('#/records/contacts');
    await page.getByText('No contacts yet.').waitFor();
    await page.getByRole('combobox', { name: 'Portal' }).selectOption('222');
    await page.getByRole('link', { name: 'second@example.com' }).click();
    await page.getByRole('heading', { level: 1, name: 'second@example.com' }).waitFor();
    expect(new URL(page.url()).hash).toContain('#/222/records/contacts/');
  });

  it('shows lists and their members', async () => {
    const { page, open, call, simulator } = await openPage(browser());
    const [id = ''] = simulator.insert('contacts', [{ email: 'ada@example.com', firstname: 'Ada' }]);
    const made = await call('POST', '/crm/lists/2026-09', {
      name: 'Picked by hand',
      objectTypeId: '0-1',
      processingType: 'MANUAL',
    });
    const { list } = (await made.json()) as { list: { listId: string } };
    await call('PUT', `/crm/lists/2026-09/${list.listId}/memberships/add`, [id]);
    await open('#/lists');
    await page.getByRole('row', { name: /Picked by hand.* 1 / }).waitFor();
    await page.getByRole('link', { name: 'Picked by hand' }).click();
    await page.getByRole('link', { name: 'Ada' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ada' }).waitFor();
  });

  it('shows in a timeline what a person agreed to', async () => {
    const { page, open, simulator } = await openPage(browser());
    const [id = ''] = simulator.insert('contacts', [{ email: 'ada@example.com' }]);
    simulator.setConsent({ email: 'ada@example.com', state: 'UNSUBSCRIBED' });
    await open(`#/records/contacts/${id}`);
    await page.getByText('All e-mail: unsubscribed').waitFor();
  });

  it('says when the simulator is gone', async () => {
    const { page, open, simulator } = await openPage(browser());
    await open('#/');
    await simulator.stop();
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
  });

  it('says when a record is not there', async () => {
    const { page, simulator } = await openPage(browser());
    await page.goto(`${simulator.url}/_simulator/ui/#/records/contacts/1`);
    await page.getByRole('alert').filter({ hasText: 'no contacts with id 1' }).waitFor();
  });
});
