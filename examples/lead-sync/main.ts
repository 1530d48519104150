import pg from 'pg';
import { createLeads, TABLES } from './leads.ts';
import { startServer } from './server.ts';
import config from './spoke.config.ts';

/** Runs the application: DATABASE_URL says where, PORT on which port (default 3000). Spoke itself runs apart, with `spoke start`. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(TABLES);
const server = await startServer({
  pool,
  leads: createLeads(config, process.env.SPOKE_SCHEMA),
  port: Number(process.env.PORT ?? 3000),
});
console.log(`Leads are taken at ${server.url}/leads`);
process.once('SIGINT', async () => {
  await server.stop();
  await pool.end();
});
