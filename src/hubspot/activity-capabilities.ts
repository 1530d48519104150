/** How an event of the application can stand on a record's timeline. */
export type ActivityKind = 'note' | 'custom-event' | 'app-event';

/** Whether a credential's scopes allow it; what they lack, each entry a list of which one is enough. */
export type ActivityCapability =
  | { readonly usable: true; readonly caution?: string }
  | { readonly usable: false; readonly missingScopes: readonly (readonly string[])[] };

/** Each entry: one of these scopes is enough. */
const NEEDED: Readonly<Record<ActivityKind, readonly (readonly string[])[]>> = {
  note: [['crm.objects.contacts.read'], ['crm.objects.contacts.write']],
  'custom-event': [['analytics.behavioral_events.send']],
  'app-event': [['timeline.write', 'timeline']],
};

/** What scopes cannot tell. */
const CAUTIONS: Readonly<Partial<Record<ActivityKind, string>>> = {
  'custom-event': 'HubSpot sells custom events with the Professional and Enterprise editions only.',
  'app-event': "HubSpot must have approved the app's event types; a service key cannot send app events.",
};

/**
 * Which activities a credential may use, from its scopes (`expectTokenInfo`, or those of an OAuth grant). A note works in
 * every portal; the others depend on more than scopes, which their `caution` says.
 */
export function activityCapabilities(granted: {
  readonly scopes: readonly string[];
}): Readonly<Record<ActivityKind, ActivityCapability>> {
  const capability = (kind: ActivityKind): ActivityCapability => {
    const missingScopes = NEEDED[kind].filter(
      (some) => !some.some((scope) => granted.scopes.includes(scope)),
    );
    if (missingScopes.length > 0) return { usable: false, missingScopes };
    const caution = CAUTIONS[kind];
    return { usable: true, ...(caution === undefined ? {} : { caution }) };
  };
  return {
    note: capability('note'),
    'custom-event': capability('custom-event'),
    'app-event': capability('app-event'),
  };
}
