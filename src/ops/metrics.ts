import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { SpokeConfig } from '../config/define-config.ts';
import { FORM_EVENT } from '../config/forms.ts';
import type { Database } from '../db/database.ts';
import type { ClaimReport } from '../delivery/claim-settlement.ts';
import type { TimedAttempt } from '../delivery/send-batch.ts';
import { parseErrorAnswer } from '../hubspot/error-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { Logger } from '../log.ts';
import { BREAKER_STATES, type DeliveryState, readDeliveryState } from './delivery-state.ts';
import { callLabel, codeLabel, outcomeLabel, policyLabel, statusLabel } from './metric-labels.ts';
import { METRICS, type MetricRow } from './metric-table.ts';
import type { Observers } from './observe-worker.ts';

/** What is told of the files of visitors. */
export interface UploadObservers {
  /** A ticket was asked for. */
  onAsked(outcome: 'given' | 'invalid' | 'limited' | 'failed'): void;
  onStored(bytes: number): void;
  /** `outcome`: `ready`, or the code of why it was refused. */
  onLooked(outcome: string, durationMs: number): void;
}

/** The metrics of one process, in a registry of their own. */
export interface Metrics {
  /** To be given to the worker. */
  readonly observers: Observers;
  /** Counts a post of one of the config's forms. */
  readonly countSubmission: (form: string, outcome: string) => void;
  /** Counts files of visitors. */
  readonly uploads: UploadObservers;
  /** The media type of what `render` returns. */
  readonly contentType: string;
  /** In Prometheus' text format. Never rejects: without the database its gauges are left out and `spoke_database_up` is 0. */
  render(): Promise<string>;
}

export interface MetricsOptions {
  readonly db: Pick<Database, 'transaction'>;
  readonly config: Pick<SpokeConfig, 'events' | 'forms' | 'mirror'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Gauges are read from the database at most this often, however many ask, ms. */
const FRESH_MS = 5_000;
/** ... and where that takes long, because very much waits, for no more than this share of the time. */
const MAX_READ_SHARE = 0.05;

export function createMetrics({ db, config, clock, log }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (row: MetricRow) => new Counter({ ...partsOf(row), registers });
  const histogram = (row: MetricRow) =>
    new Histogram({ ...partsOf(row), buckets: [...(row.buckets ?? [])], registers });
  const gauge = (row: MetricRow) => new Gauge({ ...partsOf(row), registers });

  const attempts = counter(METRICS.attempts);
  const inputs = counter(METRICS.inputs);
  const answers = counter(METRICS.answers);
  const duration = histogram(METRICS.duration);
  const limited = counter(METRICS.limited);
  const retries = counter(METRICS.retries);
  const delivered = counter(METRICS.delivered);
  const dead = counter(METRICS.dead);
  const age = histogram(METRICS.age);
  const submissions = counter(METRICS.submissions);
  const tickets = counter(METRICS.uploadTickets);
  const uploads = counter(METRICS.uploads);
  const uploadBytes = counter(METRICS.uploadBytes);
  const lookDuration = histogram(METRICS.uploadLook);
  const gauges = createGauges(gauge, Object.keys(config.mirror?.objects ?? {}));
  const typeLabel = typeLabels(config);

  const countAttempts = (made: readonly TimedAttempt[]) => {
    for (const attempt of made) {
      // A look that wrote nothing stands in the event's story only.
      if (attempt.applied + attempt.notApplied + attempt.unknown === 0) continue;
      const call = callLabel(attempt.call);
      attempts.inc({ call, outcome: outcomeLabel(attempt) });
      const { applied, notApplied, unknown } = attempt;
      for (const [outcome, count] of Object.entries({ applied, not_applied: notApplied, unknown }))
        if (count > 0) inputs.inc({ call, outcome }, count);
    }
  };
  const countEvents = (events: ClaimReport['events']) => {
    for (const event of events) {
      const type = typeLabel(event.type);
      if (event.state === 'delivered') {
        delivered.inc({ type });
        age.observe(event.ageMs / 1_000);
      } else if (event.state === 'dead') dead.inc({ type, code: codeLabel(event.code) });
      else if (event.tries > 0) retries.inc({ code: codeLabel(event.code) });
    }
  };

  /** One look at the database for all who ask meanwhile and until `dueAt`. */
  let reading = Promise.resolve();
  let dueAt = Number.NEGATIVE_INFINITY;
  const readGauges = async () => {
    const startedAt = clock.monotonic();
    dueAt = Number.POSITIVE_INFINITY;
    try {
      gauges.show(await db.transaction(readDeliveryState));
    } catch (error) {
      gauges.show(undefined);
      log.warn(
        { err: error instanceof Error ? error.message : String(error) },
        'the metrics that come of the database could not be read',
      );
    }
    dueAt = startedAt + Math.max(FRESH_MS, (clock.monotonic() - startedAt) / MAX_READ_SHARE);
  };

  return {
    observers: {
      onExchange(name, exchange) {
        const call = callLabel(name);
        answers.inc({ call, status: statusLabel(exchange) });
        // What was never sent took no time at HubSpot.
        if (exchange.kind === 'reply' || exchange.sent)
          duration.observe({ call }, exchange.durationMs / 1_000);
        if (isLimit(exchange))
          limited.inc({ policy: policyLabel(parseErrorAnswer(exchange.body).policyName) });
      },
      onClaim(report) {
        countAttempts(report.attempts);
        countEvents(report.events);
      },
      onReadBack: (report) => countAttempts(report.attempts),
      onRouted(report) {
        for (const { type, code } of report.refused)
          dead.inc({ type: typeLabel(type), code: codeLabel(code) });
      },
    },
    countSubmission: (form, outcome) => submissions.inc({ form, outcome }),
    uploads: {
      onAsked: (outcome) => tickets.inc({ outcome }),
      onStored: (bytes) => uploadBytes.inc(bytes),
      onLooked(outcome, durationMs) {
        uploads.inc({ outcome });
        lookDuration.observe(durationMs / 1_000);
      },
    },
    contentType: registry.contentType,
    async render() {
      if (clock.monotonic() >= dueAt) reading = readGauges();
      await reading;
      return registry.metrics();
    },
  };
}

/** `objectTypes`: those of the config's mirror; the database may still have others. */
function createGauges(gauge: (row: MetricRow) => Gauge, objectTypes: readonly string[]) {
  const up = gauge(METRICS.databaseUp);
  const waiting = gauge(METRICS.waiting);
  const oldest = gauge(METRICS.oldest);
  const deadNow = gauge(METRICS.deadNow);
  const lanes = gauge(METRICS.lanes);
  const doubts = gauge(METRICS.doubts);
  const breaker = gauge(METRICS.breaker);
  const gateUse = gauge(METRICS.gateUse);
  const dailyUsed = gauge(METRICS.dailyUsed);
  const dailyLimit = gauge(METRICS.dailyLimit);
  const mirrorAge = gauge(METRICS.mirrorAge);
  const drift = gauge(METRICS.drift);
  const held = gauge(METRICS.held);
  const single = [waiting, oldest, deadNow, doubts, dailyUsed, dailyLimit, drift, held];
  return {
    /** Undefined: it could not be read, and an old number would look like a new one. */
    show(state: DeliveryState | undefined): void {
      // Without labels it would show 0 after `reset`.
      for (const each of single) each.remove();
      for (const each of [lanes, breaker, gateUse, mirrorAge]) each.reset();
      up.set(state === undefined ? 0 : 1);
      if (state === undefined) return;
      waiting.set(state.events.waiting);
      oldest.set(state.events.oldestAge);
      deadNow.set(state.events.dead);
      lanes.set({ state: 'waiting' }, state.lanes.waiting);
      lanes.set({ state: 'leased' }, state.lanes.leased);
      lanes.set({ state: 'suspect' }, state.lanes.suspect);
      doubts.set(state.lanes.inDoubt);
      for (const each of BREAKER_STATES) breaker.set({ state: each }, each === state.breaker ? 1 : 0);
      for (const [gate, use] of Object.entries(state.gateUse)) gateUse.set({ gate }, use);
      dailyUsed.set(state.daily.used);
      if (state.daily.limit !== null) dailyLimit.set(state.daily.limit);
      for (const [object_type, age] of Object.entries(state.mirrorAge))
        if (objectTypes.includes(object_type)) mirrorAge.set({ object_type }, age);
      drift.set(state.drifted);
      held.set(state.recordsHeld);
    },
  };
}

function partsOf({ name, help, labels = {} }: MetricRow) {
  return { name, help, labelNames: Object.keys(labels) };
}

/** The events of the config by their names and former names, and those of its forms; whatever else producers may write is one label. */
function typeLabels({ events, forms = {} }: MetricsOptions['config']): (type: string) => string {
  const names = new Map([
    ...Object.entries(events).flatMap(([name, { aliases = [] }]) =>
      [name, ...aliases].map((type) => [type, name] as const),
    ),
    ...Object.keys(forms).map((form) => [FORM_EVENT + form, FORM_EVENT + form] as const),
  ]);
  return (type) => names.get(type) ?? 'other';
}

function isLimit(exchange: Exchange): exchange is Exchange & { kind: 'reply' } {
  return exchange.kind === 'reply' && exchange.status === 429;
}
