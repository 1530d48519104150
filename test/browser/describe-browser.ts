import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, openBrowser } from './open-browser.ts';

/**
 * Tests in a browser. Without one they are left out with a word on a developer's machine, and fail where CI is set: there a check
 * that was not done must not look like one that passed.
 */
export function describeBrowser(name: string, tests: (browser: () => Browser) => void): void {
  const executable = findBrowser();
  if (executable === undefined) {
    describe(name, () => {
      it('has a browser to run in', ({ skip }) => {
        const missing = 'No chromium, chromium-browser or google-chrome was found on PATH';
        if (process.env.CI) expect.fail(`${missing}: install one, as .ci/run does.`);
        console.warn(`${missing}: the tests of ${name} are left out.`);
        skip();
      });
    });
    return;
  }
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(executable);
    });
    afterAll(() => browser.close());
    tests(() => browser);
  });
}
