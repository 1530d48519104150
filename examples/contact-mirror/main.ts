import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from 'spoke/simulator';
import { fillPortal } from './people.ts';
import { steps } from './steps.ts';

const CONTACTS = 2_000;

/** Runs the example from nothing: a portal in this process, an embedded database in a new folder, and the commands one after another. */
const folder = await mkdtemp(join(tmpdir(), 'contact-mirror-'));
const csv = join(folder, 'chainge.csv');
const simulator = await startSimulator({ behaviour: { searchLag: 0 } });
fillPortal(simulator, CONTACTS);
const env = {
  ...process.env,
  SPOKE_CONFIG: join(import.meta.dirname, 'spoke.config.ts'),
  SPOKE_DATA_DIR: join(folder, 'database'),
  HUBSPOT_API_URL: simulator.url,
  HUBSPOT_PORTAL_ID: String(simulator.portalId),
  HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
};
try {
  for (const args of steps(csv)) {
    console.log(`\n$ spoke ${args.join(' ')}`);
    const child = spawn('npm', ['run', '--silent', 'spoke', '--', ...args], { env, stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`spoke ${args[0]} ended with ${code}`);
  }
  console.log(`\n${csv}:\n${await readFile(csv, 'utf8')}`);
} finally {
  await simulator.stop();
}
