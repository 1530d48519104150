import type { Bench } from '../bench.ts';
import { claimBench } from './claim.ts';
import { clientBench } from './client.ts';
import { deliveryBench } from './delivery.ts';
import { deliveryFullBench } from './delivery-full.ts';
import { formsBench } from './forms.ts';
import { mirrorBench } from './mirror.ts';
import { pullBench } from './pull.ts';
import { simulatorBench } from './simulator.ts';
import { trackBench } from './track.ts';

export const BENCHES: readonly Bench[] = [
  trackBench,
  claimBench,
  deliveryBench,
  deliveryFullBench,
  clientBench,
  pullBench,
  formsBench,
  mirrorBench,
  simulatorBench,
];
