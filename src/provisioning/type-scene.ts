import type { ActualType } from './actual-portal.ts';
import type { DesiredType } from './desired-portal.ts';

/** One object type: what the config wants and what the portal has. */
export interface TypeScene {
  readonly objectType: string;
  readonly typeId: string;
  readonly desired: DesiredType;
  readonly actual: ActualType;
  /** Custom properties that the portal still takes. */
  readonly room: number;
}
