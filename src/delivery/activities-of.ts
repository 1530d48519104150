import { createAccount } from '../hubspot/account.ts';
import { type ActivityKind, activityCapabilities } from '../hubspot/activity-capabilities.ts';
import type { TokenSource } from '../hubspot/token.ts';
import type { Transport } from '../hubspot/transport.ts';
import type { Logger } from '../log.ts';

/** What the token may put on a timeline, asked once; notes alone where HubSpot does not say (OAuth tokens). */
export function activitiesOf(
  reads: Transport,
  token: TokenSource | undefined,
  log: Logger,
): () => Promise<ReadonlySet<ActivityKind>> {
  let known: Promise<ReadonlySet<ActivityKind>> | undefined;
  const read = async (): Promise<ReadonlySet<ActivityKind>> => {
    const kinds: ActivityKind[] = ['note'];
    if (token === undefined) return new Set(kinds);
    try {
      const capabilities = activityCapabilities(await createAccount(reads, token).expectTokenInfo());
      for (const kind of ['custom-event', 'app-event'] as const)
        if (capabilities[kind].usable) kinds.push(kind);
    } catch (error) {
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'HubSpot does not say what the token may do: activities are sent as notes',
      );
    }
    return new Set(kinds);
  };
  return () => (known ??= read());
}
