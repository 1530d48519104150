import { appendFileSync } from 'node:fs';
import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';

/** HubSpot's client as its README makes it, but for the address. */
export interface Connected {
  readonly client: Client;
  readonly simulator: Simulator;
}

/** A portal for the file's tests; the calls made are written to the file that SDK_CALLS_FILE names. */
export function connected(options: SimulatorOptions = {}): Connected {
  let started: Connected | undefined;
  beforeAll(async () => {
    const simulator = await startSimulator({
      behaviour: { searchLag: 0 },
      ...options,
    });
    started = { simulator, client: clientOf(simulator) };
  });
  afterAll(async () => {
    const calls = started?.simulator.state().requests.requests ?? 0;
    const file = process.env.SDK_CALLS_FILE;
    if (file !== undefined) appendFileSync(file, `${calls}\n`);
    await started?.simulator.stop();
  });
  const now = (): Connected => {
    if (!started) throw new Error('The portal has not started.');
    return started;
  };
  return {
    get client() {
      return now().client;
    },
    get simulator() {
      return now().simulator;
    },
  };
}

export function clientOf(simulator: Simulator, accessToken = simulator.token): Client {
  return new Client({ accessToken, basePath: simulator.url });
}
