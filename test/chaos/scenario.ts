import type { Base } from './base.ts';
import type { Outcome } from './outcome.ts';
import type { Settings } from './settings.ts';

export interface ScenarioContext {
  readonly base: Base;
  readonly settings: Settings;
  /** One line about what is being done. */
  progress(line: string): void;
}

/** One way of trying Spoke, with its own judgement. */
export interface Scenario {
  readonly name: string;
  /** One sentence for the list of scenarios. */
  readonly what: string;
  /** Worker processes unless the run names a number; default that of all scenarios. */
  readonly workers?: number;
  run(context: ScenarioContext): Promise<Outcome>;
}
