import type { Logger } from '../log.ts';
import { evaluateSegments } from '../mirror/evaluate-segments.ts';
import { unknownProperties } from './chosen-properties.ts';
import { problemOf } from './pull-failure.ts';
import type { PullTools } from './pull-tools.ts';
import { readDefinitions } from './read-definitions.ts';
import type { UnreadPart } from './reader.ts';

/** Something that is done for the mirror from time to time, by one process at a time. */
export interface PullDuty {
  readonly name: string;
  readonly everyMs: number;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Definitions, pipelines and owners change by people's hands. */
export const DEFINITIONS = { name: 'definitions', everyMs: 3_600_000 } as const;
const SEGMENTS_MS = 10_000;

/** What `spoke start` does for the mirror beside the reading of records. */
export function mirrorDuties(tools: PullTools): PullDuty[] {
  const { db, log, mirror } = tools;
  const { segments } = mirror;
  const told = tellOnce(log);
  return [
    {
      ...DEFINITIONS,
      async run(signal) {
        for (const { what, error } of await readDefinitions(tools, signal)) told(what, problemOf(error));
        for (const { what, message } of await unknownProperties(db, tools)) told(what, { message });
      },
    },
    ...(segments === undefined
      ? []
      : [
          {
            name: 'segments',
            everyMs: SEGMENTS_MS,
            async run() {
              for (const { name, error } of (await evaluateSegments(db, { segments })) ?? [])
                told(`segment ${name}`, error === undefined ? undefined : { message: error });
            },
          },
        ]),
  ];
}

/** For reports: what could not be read besides records. */
export function warningOf({ what, error }: UnreadPart): {
  readonly what: string;
  readonly code: string;
  readonly message: string;
} {
  return { what, ...problemOf(error) };
}

/** Logs a problem when it comes, changes or goes, not each time it is met. */
function tellOnce(log: Logger): (what: string, problem: { readonly message: string } | undefined) => void {
  const last = new Map<string, string>();
  return (what, problem) => {
    if (last.get(what) === problem?.message) return;
    if (problem === undefined) last.delete(what);
    else last.set(what, problem.message);
    if (problem === undefined) log.info({ what }, 'the mirror has it again');
    else log.warn({ what, ...problem }, 'the mirror goes without it');
  };
}
