import pg from 'pg';

/** A connected client that does not bring the process down when the server goes away: its next query fails instead. */
export async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return client;
}
