import type { Portal } from './portal.ts';

/** What the portal received. */
export interface Traffic {
  /** Every request, the ones at start-up included. */
  readonly calls: number;
  /** Inputs of batch upserts: what is left of the events after folding. */
  readonly inputs: number;
}

const PAGE = 1_000;

/** Contacts that the portal holds. */
export async function countContacts(portal: Portal): Promise<number> {
  const state = (await readAdmin(portal, 'state')) as { counts: Record<string, { live: number }> };
  return state.counts.contacts?.live ?? 0;
}

interface JournalEntry {
  readonly n: number;
  readonly path: string;
  readonly inputs?: number;
}

/** Counts the portal's journal. */
export async function readTraffic(portal: Portal): Promise<Traffic> {
  let traffic: Traffic = { calls: 0, inputs: 0 };
  for (let after = 0; ; ) {
    const entries = await readJournal(portal, after);
    const last = entries.at(-1);
    if (!last) return traffic;
    traffic = {
      calls: traffic.calls + entries.length,
      inputs: traffic.inputs + entries.reduce((sum, entry) => sum + inputsOf(entry), 0),
    };
    after = last.n;
  }
}

async function readJournal(portal: Portal, after: number): Promise<readonly JournalEntry[]> {
  const page = (await readAdmin(portal, `journal?after=${after}&limit=${PAGE}`)) as {
    results: readonly JournalEntry[];
  };
  return page.results;
}

async function readAdmin(portal: Portal, path: string): Promise<unknown> {
  const answer = await fetch(`${portal.url}/_simulator/${path}`);
  if (!answer.ok) throw new Error(`The simulator answered ${answer.status} to its admin path ${path}.`);
  return answer.json();
}

function inputsOf(entry: JournalEntry): number {
  return entry.path.includes('/batch/upsert') ? (entry.inputs ?? 0) : 0;
}
