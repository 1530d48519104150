import type { AddressInfo } from 'node:net';
import { createAdmin } from './admin.ts';
import { openJournalFile } from './journal-file.ts';
import type { FurtherPortal, SimulatorOptions } from './options.ts';
import { createControls, type SimulatedPortal } from './portal-controls.ts';
import { PortalDirectory } from './portal-directory.ts';
import type { PortalUnit } from './portal-unit.ts';
import { createSimulatorServer } from './server.ts';

/** The portals of this process behind one address. What stands here of one portal is the first portal's. */
export interface Simulator extends SimulatedPortal {
  /** Without a slash at the end. */
  readonly url: string;
  /** The first one first. */
  portals(): SimulatedPortal[];
  /** A portal by its id. Throws when there is none. */
  portal(portalId: number): SimulatedPortal;
  /** Throws when the id or a token is another portal's. */
  addPortal(setup: FurtherPortal): SimulatedPortal;
  /** Cuts all connections; resolves when the port is free and the journal file is written. */
  stop(): Promise<void>;
}

/** Starts a server with one HubSpot portal or several. Rejects when the port is taken or an option is invalid. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', journalFile } = options;
  const file = journalFile === undefined ? undefined : openJournalFile(journalFile);
  const directory = new PortalDirectory(options, file?.append);
  const controls = (unit: PortalUnit) => createControls(unit, directory);
  const whole = {
    portals: () => directory.all().map(controls),
    portal: (portalId: number) => controls(directory.get(portalId)),
    addPortal: (setup: FurtherPortal) => controls(directory.add(setup)),
  };
  const server = createSimulatorServer({
    portalOf: (request) => directory.of(request),
    admin: createAdmin({ ...whole, portal: (portalId) => controls(directory.get(portalId)) }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    ...controls(directory.first),
    ...whole,
    url: `http://${host}:${taken}`,
    async stop() {
      for (const unit of directory.all()) unit.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await file?.close();
    },
  };
}
