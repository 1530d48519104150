import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open-database.ts';
import { processStart } from '../../src/db/process-identity.ts';
import { silentLogger } from '../../src/log.ts';
import { describePostgres } from './database.ts';
import { startPostgres } from './postgres-server.ts';
import { waitFor } from './wait-for.ts';

describePostgres('a throw-away server', () => {
  test('keeps what was committed when it is killed, and a pool goes on with it', async () => {
    const server = await startPostgres({ fsync: true });
    const db = await openDatabase({ url: server.url, poolSize: 2, log: silentLogger });
    await db.query('create table kept as select 7 as id');
    const before = server.pid;
    await server.restart('SIGKILL');
    expect(server.pid).not.toBe(before);
    const rows = await waitFor(() => db.query('select id from kept').catch(() => undefined), {
      what: 'the pool',
    });
    expect(rows).toEqual([{ id: 7 }]);
    await db.close();
    await server.stop();
    await server.stop();
    await expect(access(dirname(server.dataDir))).rejects.toThrow('ENOENT');
  });

  test('is ended by the next start when its own starter was killed', async () => {
    const module = JSON.stringify(new URL('./postgres-server.ts', import.meta.url).href);
    const script = `import(${module}).then(async (m) => { const s = await m.startPostgres(); console.log(s.pid + ' ' + s.dataDir); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const [pid = '', dataDir = ''] = String(line).trim().split(' ');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processStart(Number(pid))).toBeDefined();
    const next = await startPostgres();
    expect(await processStart(Number(pid))).toBeUndefined();
    await expect(access(dirname(dataDir))).rejects.toThrow('ENOENT');
    await next.stop();
  });
});
