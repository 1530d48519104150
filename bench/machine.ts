import { cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Load over the last minute when the bench began: above the number of cores, others were at work. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export function describeMachine(loadBefore: number): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() || 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore,
    loadAfter: currentLoad(),
  };
}

/** Load over the last minute, two digits. */
export function currentLoad(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

export function machineLine(machine: Machine): string {
  return (
    `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node.slice(1)}, ` +
    `load ${machine.loadBefore} before and ${machine.loadAfter} after`
  );
}
