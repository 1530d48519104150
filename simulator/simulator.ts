import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAdmin } from './admin.ts';
import { createAdminGuard } from './admin-guard.ts';
import { badRequest } from './api-error.ts';
import { openJournalFile } from './journal-file.ts';
import type { FurtherPortal, SimulatorOptions } from './options.ts';
import { createPageFiles } from './page-files.ts';
import { createControls, type SimulatedPortal } from './portal-controls.ts';
import { PortalDirectory } from './portal-directory.ts';
import type { PortalUnit } from './portal-unit.ts';
import { createSimulatorServer } from './server.ts';
import { createSideDoor } from './side-door.ts';
import { loadState, type SavedState, saveState } from './state-file.ts';

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
  /**
   * Writes the state of all portals to a file, default `stateFile`, and replaces it whole. No request is answered meanwhile.
   * Budgets, journal, faults and switches are not part of it.
   */
  save(file?: string): SavedState;
  /** Cuts all connections; resolves when the port is free and journal and state file are written. */
  stop(): Promise<void>;
}

/** Starts a server with one HubSpot portal or several. Rejects when the port is taken or an option is invalid. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', journalFile, stateFile } = options;
  const directory = new PortalDirectory(options, (line) => file?.append(line));
  if (stateFile !== undefined && existsSync(stateFile)) loadState(directory, stateFile);
  const controls = (unit: PortalUnit) => createControls(unit, directory);
  const whole = {
    portals: () => directory.all().map(controls),
    portal: (portalId: number) => controls(directory.get(portalId)),
    addPortal: (setup: FurtherPortal) => controls(directory.add(setup)),
    save(target = stateFile) {
      if (target === undefined)
        throw badRequest('no file to save to: name one, or start the simulator with a state file');
      return saveState(directory, target);
    },
  };
  const server = createSimulatorServer({
    portalOf: (request) => directory.of(request),
    sideDoor: createSideDoor({
      guard: createAdminGuard({ boundTo: host, adminHosts: options.adminHosts }),
      pageFiles: createPageFiles(),
      admin: createAdmin({ ...whole, portal: (portalId) => controls(directory.get(portalId)) }),
    }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const file = journalFile === undefined ? undefined : openJournalFile(journalFile);
  const { port: taken } = server.address() as AddressInfo;
  return {
    ...controls(directory.first),
    ...whole,
    url: `http://${host}:${taken}`,
    async stop() {
      await Promise.all(directory.all().map((unit) => unit.stop()));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      if (stateFile !== undefined) saveState(directory, stateFile);
      await file?.close();
    },
  };
}
