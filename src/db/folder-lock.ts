import { randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { processStart } from './process-identity.ts';

/** A holder shows that it lives this often, for those on other machines (or in other containers) that cannot see its pid. */
const HEARTBEAT_MS = 5_000;
/** A holder elsewhere that was silent for so long is taken for dead. */
const SILENCE_MS = 30_000;
/** Two that come at the same moment both step back; by chance one of them is alone in a later try. */
const TRIES = 8;
const STEP_BACK_MS = 50;

export interface FolderLock {
  /** Idempotent. */
  release(): Promise<void>;
}

interface Claim {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly start: string;
}

/**
 * Makes this process the only one that uses `folder`, which has to exist; throws DATABASE_LOCKED naming the holder's pid.
 *
 * Everyone writes a claim of their own (a file named host~pid~start~token in `<folder>.lock`) and then looks at all of them:
 * whoever sees another living claim steps back. So two never hold it, a dead holder's claim is known by its pid and start time
 * (pids are used again), and removing such a claim can never hit somebody else's.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const claims = `${await realpath(folder)}.lock`;
  const own = await ownClaim();
  for (let attempt = 1; ; attempt += 1) {
    await mkdir(claims, { recursive: true });
    await writeFile(join(claims, own.name), '');
    const holder = await otherHolder(claims, own);
    if (!holder) return hold(join(claims, own.name));
    await rm(join(claims, own.name), { force: true });
    if (attempt === TRIES) {
      const where = holder.host === own.host ? '' : ` on ${holder.host}`;
      throw new SpokeError(
        'DATABASE_LOCKED',
        `The embedded database in ${folder} is in use by process ${holder.pid}${where}: stop that process, or set DATABASE_URL to a Postgres server.`,
        { facts: { pid: holder.pid, host: holder.host, folder } },
      );
    }
    await systemClock.sleep(STEP_BACK_MS * (0.5 + Math.random()));
  }
}

async function ownClaim(): Promise<Claim> {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '') || 'localhost';
  const start = (await processStart(process.pid)) ?? '';
  const name = [host, process.pid, start, randomBytes(6).toString('hex')].join('~');
  return { name, host, pid: process.pid, start };
}

/** A living claim that is not ours; those of the dead are removed on the way. */
async function otherHolder(claims: string, own: Claim): Promise<Claim | undefined> {
  let living: Claim | undefined;
  for (const name of await readdir(claims)) {
    const claim = readClaim(name);
    if (!claim || claim.name === own.name) continue;
    if (await lives(claim, own, claims)) living = claim;
    else await rm(join(claims, claim.name), { force: true });
  }
  return living;
}

async function lives(claim: Claim, own: Claim, claims: string): Promise<boolean> {
  if (claim.host !== own.host) return isFresh(join(claims, claim.name), join(claims, own.name));
  const start = await processStart(claim.pid);
  if (start === undefined) return false;
  // A start that is not known proves nothing: then the pid decides.
  return start === '' || claim.start === '' || start === claim.start;
}

/** Compares with the claim just written, as both times are then by the file system's clock. */
async function isFresh(path: string, ownPath: string): Promise<boolean> {
  try {
    const [theirs, ours] = await Promise.all([stat(path), stat(ownPath)]);
    return ours.mtimeMs - theirs.mtimeMs < SILENCE_MS;
  } catch {
    return false;
  }
}

function readClaim(name: string): Claim | undefined {
  const [host, pid, start, token] = name.split('~');
  if (host === undefined || start === undefined || token === undefined || !/^\d+$/.test(pid ?? ''))
    return undefined;
  return { name, host, pid: Number(pid), start };
}

function hold(path: string): FolderLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
}
