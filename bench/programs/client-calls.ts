import type { Program } from '../child.ts';
import type { ClientContender, ConnectedClient, ContactInput } from '../client-contender.ts';

export interface ClientCallsInput {
  readonly contender: string;
  readonly url: string;
  readonly token: string;
  readonly warmUpCalls: number;
  readonly calls: number;
  readonly inputsPerCall: number;
  readonly concurrency: number;
}

export interface ClientCallsOutput {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** Sends batch upserts and nothing else; CPU and wall time are taken after the warm-up. */
export const program: Program<ClientCallsInput, ClientCallsOutput> = async (input, signal) => {
  const { contender } = (await import(`../contenders/client/${input.contender}.ts`)) as {
    contender: ClientContender;
  };
  const client = await contender.connect(input);
  const bodies = Array.from({ length: 20 }, (_, page) => contacts(page, input.inputsPerCall));
  try {
    await send(client, bodies, input.warmUpCalls, input.concurrency, signal);
    const cpu = process.cpuUsage();
    const began = performance.now();
    await send(client, bodies, input.calls, input.concurrency, signal);
    const wallSeconds = (performance.now() - began) / 1000;
    const used = process.cpuUsage(cpu);
    return { wallSeconds, cpuSeconds: (used.user + used.system) / 1e6 };
  } finally {
    await client.close();
  }
};

async function send(
  client: ConnectedClient,
  bodies: ContactInput[][],
  calls: number,
  concurrency: number,
  signal: AbortSignal,
) {
  let next = 0;
  const sender = async () => {
    while (next < calls) {
      signal.throwIfAborted();
      const body = bodies[next++ % bodies.length] ?? [];
      const results = await client.upsert(body);
      if (results !== body.length)
        throw new Error(`A batch of ${body.length} contacts gave ${results} results.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
}

/** Made before the clock runs: what an application does to make its inputs is no client's work. */
function contacts(page: number, count: number): ContactInput[] {
  return Array.from({ length: count }, (_, index) => {
    const email = `client-${page}-${index}@example.com`;
    return {
      id: email,
      idProperty: 'email',
      objectWriteTraceId: String(index),
      properties: {
        email,
        firstname: 'Ada',
        lastname: `Example ${index}`,
        phone: '+49 30 1234567',
        company: 'Example Ltd',
        jobtitle: 'Engineer',
        city: 'Berlin',
        country: 'Germany',
        website: 'https://example.com',
        lifecyclestage: 'lead',
      },
    };
  });
}
