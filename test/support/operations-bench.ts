import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import {
  createHubspotClient,
  createOperations,
  type HubspotClient,
  type Operations,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { createLogger } from '../../src/log.ts';

/** The operations on a portal of their own, until the test has ended. */
export interface OperationsBench {
  readonly portal: Simulator;
  readonly client: HubspotClient;
  readonly operations: Operations;
  readonly logged: () => string;
}

/** A portal with a unique property on contacts (`app_user_id`) and deals (`order_number`), and a day on contacts. */
export async function setupOperations(options: SimulatorOptions = {}): Promise<OperationsBench> {
  const portal = await startSimulator({ limits: 'none', ...options });
  onTestFinished(() => portal.stop());
  let lines = '';
  const write = (line: string) => {
    lines += line;
  };
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: createLogger({ level: 'debug', destination: { write } }),
    timeoutMs: 2000,
  });
  onTestFinished(() => client.close());
  const own = { type: 'string', fieldType: 'text', hasUniqueValue: true } as const;
  await client.properties.create('contacts', {
    ...own,
    name: 'app_user_id',
    label: 'App user',
    groupName: 'contactinformation',
  });
  await client.properties.create('contacts', {
    name: 'renewal_day',
    label: 'Renewal',
    groupName: 'contactinformation',
    type: 'date',
    fieldType: 'date',
  });
  await client.properties.create('deals', {
    ...own,
    name: 'order_number',
    label: 'Order',
    groupName: 'dealinformation',
  });
  return { portal, client, operations: createOperations(client), logged: () => lines };
}
