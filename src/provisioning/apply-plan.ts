import { type Clock, systemClock } from '../clock.ts';
import { type ErrorCode, SpokeError } from '../errors.ts';
import { own } from '../hubspot/json.ts';
import { parsedAs } from '../hubspot/parsed.ts';
import { parseProperty } from '../hubspot/properties.ts';
import { type RetryPolicy, retryReads } from '../hubspot/retry-reads.ts';
import { type PortalApi, pathType } from './actual-portal.ts';
import { isTaken, refusalOf, stopIfHopeless, whyPresent } from './judge-answer.ts';
import type { Change, PortalPlan } from './portal-plan.ts';
import { propertyFlaw, writeOf } from './write-change.ts';

/** Inputs of one batch call. */
const MAX_BATCH = 100;
/** A hundred definitions take longer than the call of a worker may. */
const BATCH_TIMEOUT_MS = 60_000;

export interface ApplyOptions {
  readonly api: PortalApi;
  readonly clock?: Clock;
  /** Which failed calls are made again. Default that of retryReads: a change is looked for before it is made once more. */
  readonly retry?: RetryPolicy;
  readonly signal?: AbortSignal;
  /** Is told of each step as it ends. */
  readonly onStep?: (step: Step) => void;
}

/**
 * What became of one change. `applied`: HubSpot said so. `present`: it was found there, made before, by somebody else or by a call
 * whose answer was lost. `failed`: HubSpot refused it. `skipped`: not made, because of `stopped`.
 */
export interface Step {
  readonly change: Change;
  readonly outcome: 'applied' | 'present' | 'failed' | 'skipped';
  readonly reason?: string;
}

export interface ApplyReport {
  readonly steps: readonly Step[];
  /** Why the rest was not made: the token, a missing scope, or HubSpot cannot be reached. */
  readonly stopped?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * Makes the changes of a plan, in its order, properties in batches of 100. A refused change does not keep the others back; a
 * refused token, a missing scope and a HubSpot that does not answer end it. Two at once do no harm: what the other one has
 * made counts as present. Never raises for HubSpot.
 */
export async function applyPlan(
  plan: Pick<PortalPlan, 'changes'>,
  options: ApplyOptions,
): Promise<ApplyReport> {
  const { retry = retryReads(), clock = systemClock } = options;
  const tools: Tools = { ...options, retry, clock };
  const steps: Step[] = [];
  const done = (step: Step) => {
    steps.push(step);
    options.onStep?.(step);
  };
  try {
    for (const part of partsOf(plan.changes)) {
      options.signal?.throwIfAborted();
      if (isPropertyPart(part)) await createProperties(part, tools, done);
      else for (const change of part) done(await make(change, tools));
    }
    return { steps };
  } catch (error) {
    const made = new Set(steps.map(({ change }) => change));
    for (const change of plan.changes) if (!made.has(change)) done({ change, outcome: 'skipped' });
    return { steps, stopped: stopOf(error, options.signal) };
  }
}

type PropertyChange = Change & { readonly kind: 'property.create' };

interface Tools extends ApplyOptions {
  readonly clock: Clock;
  readonly retry: RetryPolicy;
}

/** Properties of one object type together, everything else one by one. */
function partsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const parts: Change[][] = [];
  for (const change of changes) {
    const part = parts.find(
      ([first]) =>
        first?.kind === 'property.create' &&
        change.kind === first.kind &&
        change.objectType === first.objectType,
    );
    if (part !== undefined) part.push(change);
    else parts.push([change]);
  }
  return parts;
}

function isPropertyPart(part: readonly Change[]): part is readonly PropertyChange[] {
  return part.every(({ kind }) => kind === 'property.create');
}

/** One change: sent, looked for when the answer is no success, and sent again when it is not there and that may help. */
async function make(change: Change, tools: Tools): Promise<Step> {
  const write = writeOf(change, tools.api, readOptions(tools));
  for (let attempt = 1; ; attempt += 1) {
    const exchange = await write.send();
    if (isTaken(exchange)) {
      const reason = write.flawOf(exchange.body);
      return reason === undefined ? { change, outcome: 'applied' } : { change, outcome: 'failed', reason };
    }
    stopIfHopeless(exchange, tools.signal);
    const found = await write.look();
    if (found === 'there') return { change, outcome: 'present', reason: whyPresent(exchange) };
    if (found !== 'absent') return { change, outcome: 'failed', reason: found.flaw };
    const again = tools.retry({ exchange, attempt });
    if (again === undefined) return { change, outcome: 'failed', reason: refusalOf(exchange) };
    await tools.clock.sleep(again.waitMs, tools.signal);
  }
}

async function createProperties(
  changes: readonly PropertyChange[],
  tools: Tools,
  done: (step: Step) => void,
): Promise<void> {
  for (let start = 0; start < changes.length; start += MAX_BATCH)
    await createBatch(changes.slice(start, start + MAX_BATCH), tools, done);
}

/** What a batch does not make, whatever its answer says, is looked for in one call and then made one by one, with a reason each. */
async function createBatch(
  changes: readonly PropertyChange[],
  tools: Tools,
  done: (step: Step) => void,
): Promise<void> {
  const { api, signal } = tools;
  const [first] = changes;
  if (first === undefined) return;
  const path = pathType(first);
  let left = changes;
  for (let attempt = 1; ; attempt += 1) {
    const inputs = left.map(({ property }) => property);
    const exchange = await api.properties.batchCreate(path, inputs, {
      timeoutMs: BATCH_TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (isTaken(exchange)) left = left.filter((change) => !settle(change, exchange.body, done));
    else stopIfHopeless(exchange, signal);
    if (left.length === 0) return;
    const there = await api.properties.expectList(path, readOptions(tools));
    left = left.filter((change) => {
      const found = there.find(({ name }) => name === change.property.name);
      if (found === undefined) return true;
      const reason = propertyFlaw(change, parsedAs(found));
      done(
        reason === undefined
          ? { change, outcome: 'present', reason: whyPresent(exchange) }
          : { change, outcome: 'failed', reason },
      );
      return false;
    });
    const again = left.length > 0 && !isTaken(exchange) ? tools.retry({ exchange, attempt }) : undefined;
    if (again === undefined) break;
    await tools.clock.sleep(again.waitMs, signal);
  }
  for (const change of left) done(await make(change, tools));
}

/** Whether the answer to a batch shows the property, which settles it. */
function settle(change: PropertyChange, body: unknown, done: (step: Step) => void): boolean {
  const results = own(body, 'results');
  const found = (Array.isArray(results) ? results : []).find(
    (result: unknown) => own(result, 'name') === change.property.name,
  );
  if (found === undefined) return false;
  const reason = propertyFlaw(change, parseProperty(found));
  done(reason === undefined ? { change, outcome: 'applied' } : { change, outcome: 'failed', reason });
  return true;
}

function readOptions({ retry, clock, signal }: Tools) {
  return { retry, clock, ...(signal === undefined ? {} : { signal }) };
}

function stopOf(error: unknown, signal: AbortSignal | undefined): NonNullable<ApplyReport['stopped']> {
  if (error instanceof SpokeError) return { code: error.code, message: error.message };
  if (signal?.aborted)
    return {
      code: 'HUBSPOT_UNREACHABLE',
      message: 'It was told to stop: apply again, what is done stays done.',
    };
  throw error;
}
