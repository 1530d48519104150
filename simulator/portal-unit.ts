import { resolveBehaviour } from './behaviour.ts';
import type { ChangeJournal } from './change-journal.ts';
import { DrivableClock } from './clock.ts';
import { FaultPlanner } from './faults.ts';
import { Gateway } from './gateway.ts';
import { AppliedHold } from './hold.ts';
import { Journal } from './journal.ts';
import { Limiter, limitsSchema, TIERS } from './limits.ts';
import { DEFAULT_ACCOUNT, type PortalSettings } from './options.ts';
import { Portal } from './portal.ts';
import { createRandom } from './random.ts';
import type { Router } from './router.ts';
import type { WebhookApps } from './webhook-apps.ts';
import { Webhooks } from './webhooks.ts';

export const RESET_PARTS = ['records', 'journal', 'faults', 'limits', 'tokens', 'webhooks'] as const;
export type ResetPart = (typeof RESET_PARTS)[number];

/** What the portals of a process have in common. */
export interface SharedParts {
  readonly router: Router;
  readonly webhookApps: WebhookApps;
  readonly changeJournal: ChangeJournal;
  /** Is handed each finished line of the journals. */
  readonly append?: ((line: string) => void) | undefined;
  /** Apps as they were at the start, an empty journal of changes. */
  resetWebhooks(): void;
}

/** A portal with all that is its own: state, budgets, journal, faults, deliveries. */
export class PortalUnit {
  readonly settings: PortalSettings;
  readonly portal: Portal;
  readonly limiter: Limiter;
  readonly gateway: Gateway;
  readonly journal: Journal;
  readonly faults: FaultPlanner;
  readonly hold: AppliedHold;
  readonly webhooks: Webhooks;
  readonly #shared: SharedParts;

  /** Throws a ZodError when a setting is invalid. */
  constructor(settings: PortalSettings, shared: SharedParts) {
    this.settings = settings;
    this.#shared = shared;
    const { portalId, seed } = settings;
    this.portal = new Portal({
      account: { ...DEFAULT_ACCOUNT, ...settings.account, portalId },
      behaviour: resolveBehaviour(settings.behaviour),
      clock: new DrivableClock(settings.clock),
      random: createRandom(seed),
      owners: settings.owners,
      lagRandom: createRandom(seed + 3),
      webhookApps: shared.webhookApps,
      changeJournal: shared.changeJournal,
      subscriptionTypes: settings.subscriptionTypes,
      forms: settings.forms,
      tier: settings.tier,
    });
    this.limiter = new Limiter({
      numbers: TIERS[settings.tier],
      tier: settings.tier,
      timeZone: this.portal.account.timeZone,
      countRejectedCalls: () => this.portal.behaviour.countRejectedCalls,
      countSearchInDaily: () => this.portal.behaviour.countSearchInDaily,
      countAssociationsInDaily: () => this.portal.behaviour.countAssociationsInDaily,
    });
    this.limiter.change(limitsSchema.parse(settings.limits));
    this.gateway = new Gateway(this.portal, this.limiter, shared.router);
    this.journal = new Journal({ portalId, capacity: settings.journalSize, append: shared.append });
    // Faults draw from a sequence of their own: adding one must not change the order of answers.
    this.faults = new FaultPlanner(createRandom(seed + 1));
    this.hold = new AppliedHold(createRandom(seed + 2));
    this.webhooks = new Webhooks(this.portal, createRandom(seed + 4));
    this.reset(['faults', 'tokens']);
  }

  get id(): number {
    return this.settings.portalId;
  }

  /** Everything or parts back to how they were at the start; switches and limits' numbers stay. */
  reset(parts: readonly ResetPart[] = RESET_PARTS): void {
    if (parts.includes('records')) this.portal.clearRecords();
    // What waited of them is gone with the records' schedule.
    if (parts.includes('records') || parts.includes('webhooks')) this.webhooks.clear();
    if (parts.includes('webhooks')) this.#shared.resetWebhooks();
    if (parts.includes('journal')) this.journal.clear();
    if (parts.includes('limits')) this.limiter.reset();
    if (parts.includes('faults')) {
      this.faults.remove();
      this.faults.add(this.settings.faults ?? []);
      this.hold.set(this.settings.holdAfterApply ?? null);
    }
    if (parts.includes('tokens')) {
      this.portal.tokens.clear();
      this.portal.apps.clear();
      const { token, tokens = [], apps = [] } = this.settings;
      for (const each of [{ token }, ...tokens]) this.portal.tokens.add(each);
      for (const app of apps) this.portal.apps.add(app);
    }
  }

  /** Lets go what is held and cuts what is being sent; work that is not due yet is not done any more. */
  async stop(): Promise<void> {
    this.portal.schedule.runDue();
    this.hold.set(null);
    this.portal.schedule.stop();
    await this.webhooks.stop();
  }
}
