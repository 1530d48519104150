import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * Axe for a page without frames. Of rules that find nothing wrong it says little more than the names, as telling each element
 * that is in order takes most of its time. Without `preload` it leaves out what it would fetch a second time.
 */
export function axeOf(page: Page, { preload = true } = {}): AxeBuilder {
  // In the page itself, not with a second one for each answer.
  return new AxeBuilder({ page }).setLegacyMode(true).options({ preload, resultTypes: ['violations'] });
}
