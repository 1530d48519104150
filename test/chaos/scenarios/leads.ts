import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLeads } from '../../../examples/lead-import/leads.ts';
import { afterApplyFaults } from '../after-apply-faults.ts';
import { randomKills } from '../attacks.ts';
import { type Base, REPOSITORY } from '../base.ts';
import type { PortalEvidence, PortalRecord } from '../evidence.ts';
import { startNemesis } from '../nemesis.ts';
import type { Finding } from '../oracle.ts';
import { outcomeOf } from '../outcome.ts';
import { startProbe } from '../probe.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import type { Settings } from '../settings.ts';

const CONFIG = join(REPOSITORY, 'examples/lead-import/spoke.config.ts');
const LEADS = 3_000;
const PEOPLE = 1_500;
const KILL_EVERY_MS = 1_000;
const AFTER_APPLY_SHARE = 0.2;
const READY_MS = 60_000;
const SETTLED_MS = 600_000;
/** Small claims make many calls, and kills and faults something to hit. */
const ENVIRONMENT = { SPOKE_CONFIG: CONFIG, SPOKE_CLAIM_LANES: '20', SPOKE_CLAIM_EVENTS: '10' };
/** What a portal sets by itself and what differs between two portals. */
const OWN = new Set([
  'hs_object_id',
  'createdate',
  'lastmodifieddate',
  'hs_createdate',
  'hs_lastmodifieddate',
]);

/** A file of messy leads through `spoke track --file`, once undisturbed and once under fire: both portals must end up the same. */
export const leads: Scenario = {
  name: 'leads',
  what: 'A file of leads with 20 % faults after apply and a worker killed every second: the same portal as undisturbed.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    progress('leads: undisturbed');
    const calm = await deliver(base, settings, 'leads-calm', false);
    progress('leads: with faults and kills');
    const rough = await deliver(base, settings, 'leads', true);
    const findings = [...calm.findings, ...rough.findings, ...differences(calm.portal, rough.portal)];
    return outcomeOf({
      scenario: 'leads',
      startedAt,
      findings,
      hits: rough.hits,
      figures: {
        ...rough.imported,
        contacts: rough.portal.contacts.length,
        notes: rough.portal.notes.length,
        dead: rough.dead,
        callsUndisturbed: calm.portal.calls.length,
        calls: rough.portal.calls.length,
        secondsUndisturbed: calm.seconds,
        seconds: rough.seconds,
        workersStarted: rough.started,
      },
      moved: { events: rough.portal.notes.length, atLeast: calm.portal.notes.length },
    });
  },
};

interface Delivered {
  readonly portal: PortalEvidence;
  readonly findings: readonly Finding[];
  readonly hits: Readonly<Record<string, number>>;
  readonly imported: Readonly<Record<string, number>>;
  readonly dead: number;
  readonly seconds: number;
  readonly started: number;
}

async function deliver(base: Base, settings: Settings, name: string, rough: boolean): Promise<Delivered> {
  const rig = await openRig(base, { name, settings, environment: ENVIRONMENT });
  try {
    const imported = await importLeads(rig);
    const before = performance.now();
    await rig.workers.scale(settings.workers);
    await rig.workers.allReady(READY_MS);
    if (rough) await rig.portal.addFaults(afterApplyFaults(AFTER_APPLY_SHARE));
    const probe = startProbe(rig.pool, 1);
    const nemesis = startNemesis(rough ? [randomKills(KILL_EVERY_MS)] : [], {
      rig,
      probe,
      random: rig.random,
    });
    const settled = await rig.settled(SETTLED_MS);
    const seconds = Math.round((performance.now() - before) / 1000);
    const { byFault, errors } = await nemesis.stop();
    const faults = await rig.portal.faultHits();
    await probe.stop(0);
    await rig.workers.drainAll();
    const { portal, database, processes } = await rig.evidence();
    const dead = [...database.events.values()].filter(({ state }) => state === 'dead').length;
    const findings: Finding[] = [
      ...errors.map((message) => ({ kind: 'harness' as const, message })),
      ...(settled ? [] : [{ kind: 'undelivered' as const, message: `${name} did not come to rest in time` }]),
      ...(dead > 0 ? [{ kind: 'dead' as const, message: `${dead} events of ${name} were given up` }] : []),
      ...database.badLanes.map(({ problem }) => ({ kind: 'lane-books' as const, message: problem })),
      ...processes.crashes.map((message) => ({ kind: 'crash' as const, message })),
    ];
    return {
      portal,
      findings,
      hits: { ...byFault, ...faults },
      imported,
      dead,
      seconds,
      started: rig.workers.started,
    };
  } finally {
    await rig.stop();
  }
}

/** The given file, or one made up, through the command line; lines that cannot be used make it exit with 1. */
async function importLeads(rig: Rig): Promise<Record<string, number>> {
  let file = rig.settings.leadsFile;
  if (file === undefined) {
    file = join(rig.folder, 'leads.ndjson');
    const lines = makeLeads(LEADS, PEOPLE, rig.settings.seed).map(({ line }) => JSON.stringify(line));
    await writeFile(file, lines.join('\n'));
  }
  const [program = process.execPath, ...args] = rig.command;
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      program,
      [...args, 'track', '--file', file, '--json'],
      { cwd: rig.folder, env: rig.environment(0, 'import'), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && error.code !== 1) reject(new Error(`track --file failed: ${stderr || error.message}`));
        else resolve(stdout);
      },
    );
  });
  const summary: Record<string, unknown> = JSON.parse(output);
  const counts = ['lines', 'recorded', 'repeated', 'refused'].map((name) => [name, Number(summary[name])]);
  return Object.fromEntries(counts);
}

/** Contacts by address with every value, and notes by text with the address of their contact. */
function differences(calm: PortalEvidence, rough: PortalEvidence): Finding[] {
  return [
    ...missing(contactTexts(calm), contactTexts(rough), 'lost', 'a contact is missing or has other values'),
    ...missing(contactTexts(rough), contactTexts(calm), 'wrong-state', 'a contact should not be as it is'),
    ...missing(noteTexts(calm), noteTexts(rough), 'lost', 'a note is missing'),
    ...missing(noteTexts(rough), noteTexts(calm), 'duplicate-effect', 'a note is there more often'),
  ];
}

function missing(
  wanted: readonly string[],
  held: readonly string[],
  kind: 'lost' | 'wrong-state' | 'duplicate-effect',
  message: string,
): Finding[] {
  const left = new Map<string, number>();
  for (const text of held) left.set(text, (left.get(text) ?? 0) + 1);
  return wanted.flatMap((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count > 0 ? [] : [{ kind, message: `${message}: ${text.slice(0, 200)}` }];
  });
}

function contactTexts({ contacts }: PortalEvidence): string[] {
  return contacts.filter(({ archived }) => !archived).map((record) => JSON.stringify(valuesOf(record)));
}

/** The mark at the end of a note's body is made with a secret of the installation. */
function noteTexts({ contacts, notes }: PortalEvidence): string[] {
  const addresses = new Map(contacts.map(({ id, properties }) => [id, properties.email ?? '']));
  return notes
    .filter(({ archived }) => !archived)
    .map(({ properties, contactIds }) => {
      const body = (properties.hs_note_body ?? '').replace(/\[#[^\]]*\]/g, '');
      const owners = contactIds.map((id) => addresses.get(id) ?? 'nobody');
      return `${owners.join()} at ${properties.hs_timestamp}: ${body}`;
    });
}

function valuesOf({ properties }: PortalRecord): [string, string][] {
  return Object.entries(properties)
    .filter((entry): entry is [string, string] => !OWN.has(entry[0]) && Boolean(entry[1]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
