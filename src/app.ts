// Over 400 lines: one place shows in which order everything starts and stops.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, systemClock } from './clock.ts';
import type { SpokeConfig } from './config/define-config.ts';
import type { Settings } from './config/environment.ts';
import type { Database } from './db/database.ts';
import { activitiesOf } from './delivery/activities-of.ts';
import { createDirectory } from './delivery/directory.ts';
import { createDriftWatch } from './delivery/drift-watch.ts';
import { runDry } from './delivery/dry-run.ts';
import { gatedTransport } from './delivery/gated-transport.ts';
import type { Gates } from './delivery/gates.ts';
import type { Guards } from './delivery/guards.ts';
import { ALL_GUARDS } from './delivery/guards.ts';
import { pinPortal, readInstallation } from './delivery/portal.ts';
import { openGates, openTransport, readAccount, tokenOf } from './delivery/portal-access.ts';
import type { Definitions } from './delivery/preview.ts';
import type { Reads } from './delivery/stage.ts';
import { startWorker, type Worker, type WorkerOptions } from './delivery/worker.ts';
import { SpokeError } from './errors.ts';
import { startSubmissionUpkeep } from './forms/submission-upkeep.ts';
import { createWebsite } from './forms/website.ts';
import { startHttpServer } from './http/server.ts';
import { createAppEvents } from './hubspot/app-events.ts';
import { createAssociationLabels } from './hubspot/association-labels.ts';
import { createAssociations } from './hubspot/associations.ts';
import { createConsent } from './hubspot/consent.ts';
import { createCustomEvents } from './hubspot/custom-events.ts';
import { createLists } from './hubspot/lists.ts';
import { createPipelines } from './hubspot/pipelines.ts';
import { createProperties } from './hubspot/properties.ts';
import { createRecords } from './hubspot/records.ts';
import { createSchemas } from './hubspot/schemas.ts';
import type { Transport } from './hubspot/transport.ts';
import type { Logger } from './log.ts';
import { createMapper, type Mapper } from './mapping/mapper.ts';
import { openAppDatabase } from './open-app-database.ts';
import { alertSettingsOf } from './ops/alert-settings.ts';
import { startAlertWatch } from './ops/alert-watch.ts';
import { createAlertWebhook } from './ops/alert-webhook.ts';
import { createMetrics, type Metrics } from './ops/metrics.ts';
import { joinObservers, type Observers, observeReads } from './ops/observe-worker.ts';
import { startRedriveLoop } from './outbox/redrive-loop.ts';
import { planWriteBack } from './outbox/write-back.ts';
import { startPullLoop } from './pull/pull-loop.ts';
import { createPullOnDemand } from './pull/pull-on-demand.ts';
import { createPullTools } from './pull/pull-tools.ts';
import { webhookIntakeOf } from './pull/webhook-intake-of.ts';
import { startBulkLoop } from './records/bulk-loop.ts';
import { segmentKeeper } from './records/segment-keeper.ts';
import { startUploads } from './start-uploads.ts';
import type { Uploads } from './uploads/uploads.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly config: SpokeConfig;
  readonly log: Logger;
  /** One that is open and migrated, and stays open; default: that of the settings. */
  readonly db?: Database;
  readonly clock?: Clock;
  /** Told apart in logs, leases and attempts; default host, process and a random part. */
  readonly worker?: string;
  /** For tests: see guards.ts. */
  readonly guards?: Guards;
  /** For tests: sent as `x-spoke-worker`. */
  readonly workerHeader?: string;
  readonly observe?: Observers;
  /** Where the secrets of challenges are; default that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** One process's part of Spoke: built by `startApp`, undone by `stop`, in reverse. */
export interface App {
  readonly db: Database;
  readonly mapper: Mapper;
  readonly mode: 'disabled' | 'dry-run' | 'live';
  /** Where the HTTP API listens, when SPOKE_HTTP_PORT is set. */
  readonly httpUrl?: string;
  readonly metrics: Pick<Metrics, 'contentType' | 'render'>;
  /** Resolves when delivery runs: at once unless HubSpot cannot be asked yet whose token it is. */
  readonly ready: Promise<void>;
  wake(): void;
  /** Drains and stops everything. Idempotent. */
  stop(): Promise<void>;
}

/** Between two tries to learn at start which portal the token belongs to. */
const START_RETRY_MS = 2_000;
const MAX_START_RETRY_MS = 30_000;
/** Refusals that waiting does not mend: the start fails. */
const FATAL_AT_START = new Set([
  'HUBSPOT_UNAUTHORIZED',
  'PORTAL_MISMATCH',
  'PORTAL_CHANGED',
  'TOKEN_UNREADABLE',
  'TOKEN_EMPTY',
]);
/** A claim reads while it holds its lanes: a read may wait at the gate for this share of the lease, and not for ever. */
const READ_PATIENCE_SHARE = 0.4;
const MAX_READ_PATIENCE_MS = 15_000;
/** Longest that a read of the mirror waits for its share of the budget: delivery goes before, up to the readers' floor. */
const PULL_PATIENCE_MS = 300_000;
/** Two looks for a note that both find nothing are this share of the settle time apart. */
const LOOK_GAP_SHARE = 2 / 3;

/**
 * Opens the database, checks its schema and starts delivery as the settings say: not at all, dry, or live. With the embedded
 * database the schema is brought up to date first. Raises DATABASE_*, PORTAL_*, HUBSPOT_UNAUTHORIZED; a portal that cannot be
 * reached is asked again in the background instead, and nothing is sent before it has been.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { settings, config, log, clock = systemClock } = options;
  const db = options.db ?? (await openAppDatabase(settings, log));
  const mapper = createMapper(config, { ownerId: settings.hubspotOwnerId });
  const stopping = new AbortController();
  const undo: (() => Promise<unknown>)[] = options.db ? [] : [() => db.close()];
  let worker: Worker | undefined;
  let stopped: Promise<void> | undefined;
  const metrics = createMetrics({ db, config, clock, log });
  const observe = joinObservers(metrics.observers, options.observe);
  const name = options.worker ?? `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  const pull = createPullOnDemand();
  const startMirror = (gates: Gates, transport: Transport) => {
    const { mirror } = config;
    if (mirror === undefined) return;
    const { pullSettleMs: settleMs, pullOverlapMs: overlapMs } = settings;
    const reads = observeReads(transport, observe);
    const tools = createPullTools({
      db,
      transport: gatedTransport(reads, gates, 'reading', stopping.signal, PULL_PATIENCE_MS),
      mirror,
      clock,
      log,
      holder: name,
      incremental: { settleMs, overlapMs },
    });
    pull.begin(tools);
    const loop = startPullLoop({
      tools,
      intervalMs: settings.pullIntervalMs,
      sweepMs: settings.pullSweepMs,
      refreshMs: settings.pullRefreshMs,
      duties: mirror.segments
        ? [
            {
              name: 'segments',
              everyMs: settings.pullIntervalMs,
              run: segmentKeeper(db, mirror.segments, log),
            },
          ]
        : [],
      reconcileMs: settings.pullReconcileMs,
    });
    undo.push(() => loop.stop());
    undo.push(() => pull.stop());
  };
  const app: App & { httpUrl?: string } = {
    db,
    mapper,
    metrics,
    mode: !settings.hubspotEnabled ? 'disabled' : settings.hubspotSendLive ? 'live' : 'dry-run',
    ready: Promise.resolve(),
    wake: () => worker?.wake(),
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        for (const step of undo.reverse()) await step();
      })();
      return stopped;
    },
  };
  try {
    const rules = app.mode === 'live' ? (config.redrive ?? []) : [];
    const redrives = startRedriveLoop({ db, clock, log, rules });
    undo.push(() => redrives.stop());
    const bulkChanges = startBulkLoop({ db, clock, log });
    undo.push(() => bulkChanges.stop());
    let uploads: Uploads | undefined;
    const website =
      config.forms &&
      createWebsite({
        ...{ db, config, clock, log },
        publicUrl: settings.publicUrl,
        secretOf: (variable) => (options.env ?? process.env)[variable],
        count: metrics.countSubmission,
        claimUploads: (tx, claim) => uploads?.claim(tx, claim) ?? Promise.resolve(),
      });
    if (website) {
      const upkeep = startSubmissionUpkeep({ db, clock, log, keepDays: settings.submissionDays });
      undo.push(() => upkeep.stop());
    }
    const { httpPort: port, httpHost: host } = settings;
    const baseUrl = () => settings.publicUrl ?? app.httpUrl ?? '';
    const files = config.website?.uploads;
    if (website && files) {
      const parts = startUploads({
        db,
        clock,
        log,
        website,
        baseUrl,
        config: files,
        observers: metrics.uploads,
        messages: config.website?.messages,
        forms: config.forms ?? {},
      });
      ({ uploads } = parts);
      undo.push(() => parts.stop());
    }
    if (port !== undefined) {
      const webhooks = webhookIntakeOf({ settings, mirror: config.mirror, db, clock, log, baseUrl });
      const http = await startHttpServer({
        ...{ db, config, mapper, clock, log, metrics, pull, host, port },
        ...(webhooks === undefined ? {} : { webhooks }),
        ...(website === undefined ? {} : { website }),
        ...(uploads === undefined ? {} : { uploads }),
      });
      undo.push(() => http.stop());
      app.httpUrl = http.url;
      log.info({ url: http.url }, 'the HTTP API listens');
    }
    if (app.mode === 'disabled') return app;
    const sized = (options.guards ?? ALL_GUARDS).bucket;
    const gates = await openGates(db, settings, { clock, log, sized });
    const transport = openTransport(settings, log, options.workerHeader);
    if (transport) undo.push(() => transport.close());
    if (app.mode === 'dry-run') {
      const reads =
        transport && gatedTransport(transport, gates, 'bulk', stopping.signal, readPatience(settings));
      const running = runDry({
        db,
        mapper,
        log,
        clock,
        pollMs: settings.pollIntervalMs,
        stopping: stopping.signal,
        definitions: definitionsOf(reads, log),
        records: reads && createRecords(reads),
      });
      undo.push(() => running);
      return app;
    }
    if (!transport) throw new SpokeError('CONFIG_INVALID', 'Live delivery needs HUBSPOT_PRIVATE_APP_TOKEN.');
    const { alertWebhookUrl: hook } = settings;
    const watch = startAlertWatch({
      db,
      clock,
      log,
      settings: alertSettingsOf(settings),
      webhook: hook === undefined ? undefined : createAlertWebhook(hook, clock),
    });
    undo.push(() => watch.stop());
    const begin = async () => {
      worker = await startWorker(
        await workerOptions(
          { ...options, worker: name, observe },
          db,
          mapper,
          gates,
          transport,
          stopping.signal,
        ),
      );
      undo.push(() => worker?.stop() ?? Promise.resolve());
      // `stop` came while the worker was starting and did not see it.
      if (stopping.signal.aborted) await worker.stop();
      else startMirror(gates, transport);
    };
    const reads = gatedTransport(
      observeReads(transport, observe),
      gates,
      'interactive',
      stopping.signal,
      readPatience(settings),
    );
    if (await portalKnown(options, db, reads, log)) {
      await begin();
      return app;
    }
    const background = (async () => {
      for (
        let waitMs = START_RETRY_MS;
        !stopping.signal.aborted;
        waitMs = Math.min(waitMs * 2, MAX_START_RETRY_MS)
      ) {
        await clock.sleep(waitMs, stopping.signal);
        if (!stopping.signal.aborted && (await portalKnown(options, db, reads, log))) return begin();
      }
    })();
    // Whoever waits for `ready` hears of it; for others it must not end the process.
    background.catch((error: unknown) =>
      log.error(
        { err: error instanceof Error ? error.message : String(error) },
        'delivery could not be started',
      ),
    );
    undo.push(() => background.catch(() => undefined));
    return { ...app, ready: background };
  } catch (error) {
    await app.stop();
    throw error;
  }
}

const readPatience = ({ leaseMs }: Settings) => Math.min(MAX_READ_PATIENCE_MS, leaseMs * READ_PATIENCE_SHARE);

/** Asks HubSpot whose token it is and pins the portal; false when HubSpot cannot be asked now. */
async function portalKnown(
  { settings }: AppOptions,
  db: Database,
  reads: Transport,
  log: Logger,
): Promise<boolean> {
  try {
    const account = await readAccount(reads);
    await pinPortal(db, account, String(settings.hubspotPortalId));
    return true;
  } catch (error) {
    if (!(error instanceof SpokeError) || FATAL_AT_START.has(error.code)) throw error;
    log.warn(
      { code: error.code, reason: error.message },
      'HubSpot cannot be asked yet which portal the token belongs to; trying again',
    );
    return false;
  }
}

async function workerOptions(
  options: AppOptions & { readonly worker: string },
  db: Database,
  mapper: Mapper,
  gates: Gates,
  transport: Transport,
  stopping: AbortSignal,
): Promise<WorkerOptions> {
  const { settings, config, log, clock = systemClock, guards = ALL_GUARDS } = options;
  const gated = gatedTransport(
    observeReads(transport, options.observe ?? {}),
    gates,
    'normal',
    stopping,
    readPatience(settings),
  );
  const reads: Reads = {
    records: createRecords(gated),
    associations: createAssociations(gated),
    labels: createAssociationLabels(gated),
    lists: createLists(gated),
    consent: createConsent(gated),
    schemas: createSchemas(gated),
    pipelines: createPipelines(gated),
  };
  return {
    db,
    mapper,
    gates,
    clock,
    log,
    guards,
    writes: {
      records: createRecords(transport),
      associations: createAssociations(transport),
      lists: createLists(transport),
      consent: createConsent(transport),
      customEvents: createCustomEvents(transport),
      appEvents: createAppEvents(transport),
    },
    reads,
    directory: createDirectory(reads, clock),
    drift: createDriftWatch({ db, clock, log, properties: createProperties(gated) }),
    activities: activitiesOf(gated, tokenOf(settings), log),
    writeBack: await planWriteBack(db, config.writeBack ?? {}),
    worker: options.worker,
    markSecret: settings.markSecret ?? (await readInstallation(db)).markSecret,
    leaseMs: settings.leaseMs,
    readPatienceMs: readPatience(settings),
    callMs: settings.hubspotTimeoutMs,
    settleMs: settings.settleMs,
    lookGapMs: settings.settleMs * LOOK_GAP_SHARE,
    retry: {
      maxAttempts: Math.max(1, settings.hubspotMaxRetries),
      retryDelayMs: settings.hubspotRetryDelayMs,
      giveUpAfterMs: settings.giveUpAfterMs,
      random: Math.random,
    },
    concurrency: db.kind === 'pglite' ? Math.min(2, settings.concurrency) : settings.concurrency,
    lanesPerClaim: settings.claimLanes,
    eventsPerLane: settings.claimEvents,
    pollMs: settings.pollIntervalMs,
    drainMs: settings.drainTimeoutMs,
    ...options.observe,
  };
}

/** Reads the property definitions of an object type once; without a token or an answer, dry runs check the mapping only. */
function definitionsOf(reads: Transport | undefined, log: Logger): Definitions {
  const known = new Map<string, ReturnType<Definitions>>();
  const properties = reads && createProperties(reads);
  if (!properties) log.warn({}, '[DRY-RUN] without a token values are not checked against the portal');
  const read: Definitions = async (objectType) => {
    try {
      return await properties?.expectList(objectType);
    } catch (error) {
      log.warn(
        { objectType, reason: error instanceof Error ? error.message : String(error) },
        '[DRY-RUN] the portal’s properties cannot be read',
      );
      return undefined;
    }
  };
  return (objectType) => {
    const reading = known.get(objectType) ?? read(objectType);
    known.set(objectType, reading);
    return reading;
  };
}
