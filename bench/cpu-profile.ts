import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';

/** What `node --cpu-prof` writes, as far as it is read here. Times in microseconds. */
const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export type CpuProfile = z.infer<typeof profileSchema>;

/** Neither is work of the program. */
const IDLE = new Set(['(idle)', '(program)', '(root)']);

/** The functions that most of the time from `fromMs` on was spent in themselves, as `12.3 % name (file)`; idle time left out. */
export function topSelfTimes(profile: CpuProfile, fromMs: number, count: number): string[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let elapsed = 0;
  profile.samples.forEach((id, place) => {
    const delta = profile.timeDeltas[place] ?? 0;
    elapsed += delta;
    const name = names.get(id) ?? '(root)';
    if (elapsed > fromMs * 1_000 && !IDLE.has(name)) times.set(name, (times.get(name) ?? 0) + delta);
  });
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, time]) => `${((100 * time) / total).toFixed(1)} % ${name}`);
}

/** The one profile of a folder. Rejects when there is none. */
export async function readProfile(folder: string): Promise<CpuProfile> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined)
    throw new Error(`There is no CPU profile in ${folder}: the process did not end by itself.`);
  return profileSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
}

function nameOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} (${basename(url)})`;
}
