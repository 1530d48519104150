import type { Portal } from './portal.ts';

/** Forgets what people filled in, agreed to and did once their record is erased. */
export function forgetErased(portal: Portal): void {
  portal.changes.subscribe((change) => {
    if (change.kind !== 'erased') return;
    const { type, properties } = change.record;
    const { store } = portal.objects(type.name);
    // Also under the ids of records that it had absorbed.
    const isGone = (id: string) => store.get(id) === undefined;
    portal.customEvents.forget(type.name, isGone);
    portal.appEvents.forget(type.name, isGone);
    if (type.name !== 'contacts') return;
    portal.forms.forget(isGone);
    portal.consent.forget(properties.get('email') ?? '');
  });
}
