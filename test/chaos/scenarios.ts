import type { Scenario } from './scenario.ts';
import { budget } from './scenarios/budget.ts';
import { drain } from './scenarios/drain.ts';
import { effects } from './scenarios/effects.ts';
import { leads } from './scenarios/leads.ts';
import { limit } from './scenarios/limit.ts';
import { mix } from './scenarios/mix.ts';
import { poison } from './scenarios/poison.ts';
import { sdk } from './scenarios/sdk.ts';

/** Every scenario by name; the first is the one that runs when none is named. */
export const SCENARIOS: readonly Scenario[] = [mix, effects, poison, drain, limit, budget, leads, sdk];
