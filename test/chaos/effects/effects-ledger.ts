import { writeFile } from 'node:fs/promises';
import type { OwnPayload, PersonPayload } from './subjects.ts';

/** One committed event of the scenario `effects`; its payload says all that it promises. */
export type EffectEntry =
  | { readonly eventId: number; readonly type: 'person_changed'; readonly payload: PersonPayload }
  | {
      readonly eventId: number;
      readonly type: 'company_changed' | 'deal_changed';
      readonly payload: OwnPayload;
    };

/** As NDJSON, for looking at a failed run afterwards. */
export async function saveLedger(file: string, ledger: readonly EffectEntry[]): Promise<void> {
  await writeFile(file, ledger.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
