import { describeExecutors } from '../integration/executors-suite.ts';
import { openPrisma } from './open-prisma.ts';

describeExecutors([['Prisma', openPrisma]]);
