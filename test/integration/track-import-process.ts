import { createReadStream } from 'node:fs';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { importEvents } from '../../src/outbox/import-events.ts';
import { createTracker } from '../../src/outbox/track.ts';

/** An import in a process of its own, to be killed: node --import tsx track-import-process.ts URL SCHEMA FILE. */
const [url, schema, file] = process.argv.slice(2);
if (!url || !schema || !file) throw new Error('usage: track-import-process.ts URL SCHEMA FILE');
const db = await openDatabase({ url, schema, log: silentLogger });
const report = await importEvents({
  input: createReadStream(file),
  db,
  tracker: createTracker({ schema, log: silentLogger }),
  batchSize: 20,
  onProgress: ({ lines }) => process.stdout.write(`${lines}\n`),
});
await db.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
