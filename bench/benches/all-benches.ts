import type { Bench } from '../bench.ts';
import { clientBench } from './client.ts';
import { deliveryBench } from './delivery.ts';

export const BENCHES: readonly Bench[] = [clientBench, deliveryBench];
