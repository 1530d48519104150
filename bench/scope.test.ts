import { expect, it } from 'vitest';
import { createScope } from './scope.ts';

it('undoes last first, each once', async () => {
  const undone: string[] = [];
  const scope = createScope();
  scope.defer(() => undone.push('server'));
  const early = scope.defer(() => undone.push('client'));
  scope.defer(() => undone.push('process'));
  await early();
  await scope.close();
  await scope.close();
  await early();
  expect(undone).toEqual(['client', 'process', 'server']);
});

it('goes on undoing after a failure, and reports it', async () => {
  const undone: string[] = [];
  const scope = createScope();
  scope.defer(() => undone.push('server'));
  scope.defer(() => Promise.reject(new Error('no')));
  scope.defer(() => {
    throw new Error('neither');
  });
  await expect(scope.close()).rejects.toMatchObject({ errors: [{ message: 'neither' }, { message: 'no' }] });
  expect(undone).toEqual(['server']);
});
