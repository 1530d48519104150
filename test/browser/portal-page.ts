import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { openWatched } from './watched-page.ts';

/** A portal with its page open, and everything that went wrong in that page. */
export interface OpenPage {
  simulator: Simulator;
  page: Page;
  /** Errors and warnings of the console, uncaught errors, dialogs, and requests that leave the portal. */
  troubles: string[];
  /** Opens a view and waits until it shows the portal. */
  open(hash: string): Promise<void>;
  /** Calls the API with the first token. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
}

export interface PageOptions {
  simulator?: SimulatorOptions;
  context?: BrowserContextOptions;
}

/** Opens nothing yet; both end with the test. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<OpenPage> {
  const simulator = await startSimulator(options.simulator);
  onTestFinished(() => simulator.stop());
  const { page, troubles } = await openWatched(browser, options.context);
  page.on('request', (request) => {
    if (!request.url().startsWith(simulator.url)) troubles.push(`a request to ${request.url()}`);
  });
  return {
    simulator,
    page,
    troubles,
    async open(hash) {
      await page.goto('about:blank');
      await page.goto(`${simulator.url}/_simulator/ui/${hash}`);
      await page.locator('body[data-shown]').waitFor();
    },
    call: (method, path, body) =>
      fetch(simulator.url + path, {
        method,
        headers: { authorization: `Bearer ${simulator.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
