import type { MirrorStats, ObjectStats } from '../mirror/mirror-stats.ts';
import { printable } from './printable.ts';

/** What the mirror holds and how old it is, for people; `now` in ms since 1970. */
export function mirrorStatsText({ objects, bySegment, lists }: MirrorStats, now: number): string {
  if (objects.length === 0)
    return 'The mirror is empty: name object types under mirror.objects in spoke.config.ts, then spoke pull.';
  return printable(
    [
      ...objects.flatMap((each) => objectLines(each, now)),
      ...lists.map(
        ({ name, members, membersReadAt }) =>
          `list ${name}: ${members} members, ${membersReadAt === null ? 'not read to the end yet' : `read ${ago(membersReadAt, now)}`}`,
      ),
      ...Object.entries(bySegment).map(([name, size]) => `segment ${name}: ${size}`),
    ].join('\n'),
  );
}

function objectLines(stats: ObjectStats, now: number): string[] {
  const { objectType, live, archived, merged, gone, completeAt, caughtUpAt, sweptAt, provenAt } = stats;
  const ages = [
    ['changes', caughtUpAt],
    ['all ids', sweptAt],
  ] as const;
  const read = ages.flatMap(([what, at]) => (at === null ? [] : [`${what} read ${ago(at, now)}`]));
  const proven = provenAt === null ? 'never proven' : `proven ${ago(provenAt, now)}`;
  return [
    `${objectType}: ${live} live, ${archived} archived, ${merged} merged, ${gone} gone`,
    completeAt === null ? '  not read to the end yet' : `  ${[...read, proven].join(', ')}`,
  ];
}

function ago(at: Date, now: number): string {
  const seconds = Math.max(0, Math.round((now - at.getTime()) / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`;
}
