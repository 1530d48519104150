import type { Scenario } from './scenario.ts';
import { mix } from './scenarios/mix.ts';

/** Every scenario by name; the first is the one that runs when none is named. */
export const SCENARIOS: readonly Scenario[] = [mix];
