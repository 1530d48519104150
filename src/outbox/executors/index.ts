export type { Executor, ExecutorValues } from './executor.ts';
export { executorFor } from './executor-for.ts';
