import { parseArgs } from 'node:util';
import { startSimulator } from './index.ts';
import type { SimulatorOptions } from './options.ts';

/**
 * `node --import tsx simulator/main.ts [--port N] [--portal-id ID] [--token TOKEN] [--limits none|default] [--journal FILE] [--seed N]`.
 * Prints one JSON line when ready; stops on SIGTERM or SIGINT.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'portal-id': { type: 'string' },
    token: { type: 'string' },
    limits: { type: 'string' },
    journal: { type: 'string' },
    seed: { type: 'string' },
    history: { type: 'boolean' },
  },
});

const options: SimulatorOptions = {};
if (values.port !== undefined) options.port = wholeNumber('port', values.port);
if (values.host !== undefined) options.host = values.host;
if (values['portal-id'] !== undefined) options.portalId = wholeNumber('portal-id', values['portal-id']);
if (values.token !== undefined) options.token = values.token;
if (values.limits !== undefined) options.limits = limitsName(values.limits);
if (values.journal !== undefined) options.journalFile = values.journal;
if (values.seed !== undefined) options.seed = wholeNumber('seed', values.seed);
if (values.history) options.behaviour = { recordHistory: true };

const simulator = await startSimulator(options);
process.stdout.write(`${JSON.stringify({ url: simulator.url, portalId: simulator.portalId })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.stop());

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--${name} must be a whole number, was ${text}`);
  return number;
}

function limitsName(text: string): 'none' | 'default' {
  if (text === 'none' || text === 'default') return text;
  throw new Error(`--limits must be none or default, was ${text}`);
}
