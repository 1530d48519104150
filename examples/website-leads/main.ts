import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from 'spoke/simulator';
import { startSite } from './site-server.ts';

/** Runs the site from nothing: a portal in this process, Spoke with an embedded database in a new folder, and the pages. */
const spokePort = process.env.SPOKE_HTTP_PORT ?? '8080';
const spokeUrl = `http://127.0.0.1:${spokePort}`;
const folder = await mkdtemp(join(tmpdir(), 'website-leads-'));
const simulator = await startSimulator();
const site = await startSite({ port: Number(process.env.PORT ?? 3000), spokeUrl: () => spokeUrl });
const env = {
  ...process.env,
  SPOKE_CONFIG: join(import.meta.dirname, 'spoke.config.ts'),
  SPOKE_DATA_DIR: join(folder, 'database'),
  SPOKE_HTTP_PORT: spokePort,
  SITE_ORIGIN: site.url,
  UPLOAD_FOLDER: join(folder, 'uploads'),
  HUBSPOT_API_URL: simulator.url,
  HUBSPOT_PORTAL_ID: String(simulator.portalId),
  HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
  HUBSPOT_ENABLED: 'true',
  HUBSPOT_SEND_LIVE: 'true',
};
try {
  await run('npm', ['run', '--silent', 'build:browser']);
  await run('npm', ['run', '--silent', 'spoke', '--', 'properties', 'apply', '--yes']);
  const spoke = spawn('npx', ['tsx', 'src/cli/main.ts', 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(spoke, 'exit');
  console.log(`
The site             ${site.url}
What the portal gets ${simulator.url}/_simulator/ui/#/records/contacts

Ctrl-C ends it; nothing is left behind.`);
  process.once('SIGINT', () => spoke.kill('SIGTERM'));
  process.once('SIGTERM', () => spoke.kill('SIGTERM'));
  await ended;
} finally {
  await site.close();
  await simulator.stop();
  await rm(folder, { recursive: true, force: true });
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}`);
}
