import { Client } from 'undici';

const PATH = '/crm/objects/2026-09/contacts/batch/upsert';
/** Bodies that are sent over and over; more would only fill the memory of the sender. */
const REPEATED = 200;

export interface UpsertLoad {
  readonly url: string;
  readonly token: string;
  /** Contacts in all, and in one call. */
  readonly contacts: number;
  readonly inputsPerCall: number;
  readonly connections: number;
}

/** Batch upserts of contacts by e-mail from several connections; every write changes a value. */
export interface UpsertSender {
  /** Makes the contacts. */
  fill(): Promise<void>;
  /** Sends so many calls about contacts that are there. */
  send(calls: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createUpsertSender({
  url,
  token,
  contacts,
  inputsPerCall,
  connections,
}: UpsertLoad): UpsertSender {
  const clients = Array.from({ length: connections }, () => new Client(url));
  const batches = Math.ceil(contacts / inputsPerCall);
  const repeated = Math.min(batches, REPEATED);
  const bodies = [1, 2].flatMap((round) =>
    Array.from({ length: repeated }, (_, place) => bodyOf(place, inputsPerCall, round)),
  );
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let sent = 0;

  async function all(calls: number, bodyAt: (place: number) => string, signal?: AbortSignal): Promise<void> {
    let next = 0;
    await Promise.all(
      clients.map(async (client) => {
        while (next < calls) {
          signal?.throwIfAborted();
          const answer = await client.request({ method: 'POST', path: PATH, headers, body: bodyAt(next++) });
          if (answer.statusCode !== 200)
            throw new Error(`An upsert was answered ${answer.statusCode}: ${await answer.body.text()}`);
          await answer.body.dump({ limit: 10_000_000 });
        }
      }),
    );
  }

  return {
    fill: () => all(batches, (place) => bodyOf(place, inputsPerCall, 0)),
    send: (calls, signal) => all(calls, () => bodies[sent++ % bodies.length] ?? '', signal),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function bodyOf(place: number, inputsPerCall: number, round: number): string {
  const inputs = Array.from({ length: inputsPerCall }, (_, index) => {
    const number = place * inputsPerCall + index;
    return {
      id: `Person.${number}@example.com`,
      idProperty: 'email',
      objectWriteTraceId: `trace-${round}-${number}`,
      properties: {
        firstname: `First ${number} ${round}`,
        lastname: `Last ${number}`,
        company: `Company ${number % 500}`,
        city: 'Bergen',
        lifecyclestage: 'lead',
      },
    };
  });
  return JSON.stringify({ inputs });
}
