import { startSimulator } from '../../simulator/index.ts';
import { send } from './answer.ts';
import { KINDS } from './kinds.ts';
import { lists, objects, pipelines, properties } from './paths.ts';

/** Budgets that no run uses up, but that are told in the headers. */
const PLENTY = {
  perWindow: 1_000_000,
  daily: 10_000_000,
  searchPerSecond: 1_000_000,
  associationsPerWindow: 1_000_000,
  associationsDaily: 10_000_000,
  submissionsPerWindow: 1_000_000,
};

/** Search and lists are behind, as at HubSpot, though by less (ms): what waits for them waits for each case anew. */
const SEARCH_LAG = { minMs: 200, maxMs: 500 };

/**
 * Runs the suite in live mode against a simulator that poses as a test account. Resolves with the runner's exit code, and with
 * what the portal holds afterwards that it did not hold before, which has to be nothing.
 */
export async function rehearse(
  runSuite: (environment: Record<string, string>) => Promise<number>,
): Promise<{ code: number; leftovers: string[] }> {
  const simulator = await startSimulator({
    limits: PLENTY,
    account: { accountType: 'DEVELOPER_TEST' },
    behaviour: { searchLag: SEARCH_LAG },
  });
  try {
    const before = new Set(await holdings(simulator));
    const code = await runSuite({
      HUBSPOT_LIVE_TOKEN: simulator.token,
      HUBSPOT_LIVE_URL: simulator.url,
      HUBSPOT_LIVE_CALLS_PER_SECOND: '10000',
    });
    const after = await holdings(simulator);
    const gone = [...before].filter((held) => !after.includes(held)).map((held) => `${held} is gone`);
    return { code, leftovers: [...after.filter((held) => !before.has(held)), ...gone] };
  } finally {
    await simulator.stop();
  }
}

/** Records, definitions, groups, lists, pipelines and forms that a portal holds, by what names them. */
async function holdings(target: { url: string; token: string }): Promise<string[]> {
  const found: string[] = [];
  const types = [...KINDS.map(({ type }) => type), 'notes', 'tasks', 'calls', 'meetings'];
  const note = async (kind: string, method: string, path: string, field: string, body?: unknown) => {
    const answer = await send(target, method, path, { body });
    const rows = (answer.body.results ?? answer.body.lists) as unknown as Record<string, unknown>[];
    found.push(...rows.map((row) => `${kind} ${row[field]}`));
  };
  for (const type of types) {
    await note(type, 'GET', `${objects('2026-09', type)}?limit=100`, 'id');
    await note(`${type} property`, 'GET', properties('2026-09', type), 'name');
    await note(`${type} group`, 'GET', `${properties('2026-09', type)}/groups`, 'name');
  }
  for (const type of ['deals', 'tickets'])
    await note(`${type} pipeline`, 'GET', pipelines('2026-09', type), 'id');
  await note('form', 'GET', '/marketing/v3/forms?formTypes=all&limit=500', 'id');
  await note('list', 'POST', `${lists('2026-09')}/search`, 'listId', { count: 500 });
  return found;
}
