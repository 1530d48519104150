import { CLIENTS } from './executors-clients.ts';
import { describeExecutors } from './executors-suite.ts';

describeExecutors(CLIENTS);
