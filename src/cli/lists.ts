import {
  findMirrorList,
  type ListMember,
  listLists,
  type MirrorList,
  membersOfList,
} from '../mirror/lists.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';
import { printable } from './printable.ts';

/** `spoke lists`: HubSpot's lists as the mirror has them. */
export const listsCommand: CommandModule = (program, console, finish) => {
  program
    .command('lists')
    .description("show HubSpot's lists that the mirror keeps, or who is on one of them")
    .option('--members <list>', 'who is on this list, by name or id; one a line')
    .option('--json', 'print one JSON object; with --members one a line')
    .action(async (options: { members?: string; json?: boolean }) => {
      await withMigrated(loadEnvironment(console), async (db) => {
        const { members, json } = options;
        if (members === undefined) {
          const lists = await listLists(db);
          return print(console, json, { lists }, listTable(lists));
        }
        const list = await findMirrorList(db, members);
        if (list.syncedAt === null)
          console.err(
            `The members of ${printable(list.name)} were never read to the end: spoke pull reads them.`,
          );
        for await (const page of membersOfList(db, list))
          console.out(page.map((member) => (json ? JSON.stringify(member) : memberText(member))).join('\n'));
      });
      finish(EXIT.done);
    });
};

function listTable(lists: readonly MirrorList[]): string {
  if (lists.length === 0)
    return "The mirror keeps no list: spoke pull reads those that mirror.lists in spoke.config.ts names ('all', or their names).";
  return lists.map(listText).join('\n');
}

function listText({
  id,
  name,
  objectType,
  processingType,
  members,
  hubspotSize,
  syncedAt,
}: MirrorList): string {
  const size = hubspotSize === null || hubspotSize === members ? '' : ` (HubSpot says ${hubspotSize})`;
  const age = syncedAt === null ? 'not read to the end yet' : `as of ${syncedAt.toISOString()}`;
  return printable(`${id} ${name}: ${members} ${objectType}${size}, ${processingType.toLowerCase()}, ${age}`);
}

function memberText({ recordId, joinedAt, label }: ListMember): string {
  return printable(`${recordId} ${joinedAt.toISOString()}${label === null ? '' : ` ${label}`}`);
}
