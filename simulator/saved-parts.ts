import type { Portal } from './portal.ts';
import { savedDefinitions } from './saved-definitions.ts';
import { savedForms } from './saved-forms.ts';
import { savedLinks } from './saved-links.ts';
import { savedLists } from './saved-lists.ts';
import type { SavedPart } from './saved-part.ts';
import { savedRecords } from './saved-records.ts';
import { savedSearch } from './saved-search.ts';

/** Everything of a portal that a state file keeps, by the name its lines bear, in the order in which it is read back. */
export function savedParts(portal: Portal): ReadonlyMap<string, SavedPart> {
  const objects = portal.allObjects();
  return new Map<string, SavedPart>([
    ['clock', portal.clock],
    ['token', portal.tokens],
    ['app', portal.apps],
    // Before what the custom objects hold.
    ['schema', portal.schemas],
    ['webhook-app', portal.webhookApps],
    ['change-journal', portal.changeJournal],
    ['owner', portal.owners],
    ...objects.map((data): [string, SavedPart] => [`property/${data.type.name}`, savedDefinitions(data)]),
    ...objects.flatMap(({ type, pipelines }): [string, SavedPart][] =>
      pipelines ? [[`pipeline/${type.name}`, pipelines]] : [],
    ),
    ...objects.map(({ type, store }): [string, SavedPart] => [`record/${type.name}`, savedRecords(store)]),
    ...objects.map((data): [string, SavedPart] => [`search/${data.type.name}`, savedSearch(data, portal)]),
    ['association-label', portal.associations],
    ['link', savedLinks(portal)],
    ['blocked', portal.blocklist],
    ['list', savedLists(portal)],
    ['history', portal.history],
    ['consent', portal.consent],
    ['form', savedForms(portal)],
    ['custom-event', portal.customEvents],
    ['app-event', portal.appEvents],
  ]);
}
