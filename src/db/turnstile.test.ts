import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

test('lets one in at a time, in the order of arrival', async () => {
  const turnstile = new Turnstile(5_000);
  const events: string[] = [];
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      events.push(`${name} in`);
      setImmediate(() => {
        events.push(`${name} out`);
        resolve();
      });
    });
  await Promise.all(['a', 'b', 'c'].map((name) => turnstile.run(work(name))));
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

test('goes on after work that failed', async () => {
  const turnstile = new Turnstile(5_000);
  const failed = turnstile.run(() => Promise.reject(new Error('no')));
  await expect(failed).rejects.toThrow('no');
  expect(await turnstile.run(async () => 1)).toBe(1);
});

test('sends away who waits too long, and only them', async () => {
  const turnstile = new Turnstile(20);
  let finish = () => {};
  const first = turnstile.run(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  await expect(turnstile.run(async () => 2)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
  finish();
  await first;
  expect(await turnstile.run(async () => 3)).toBe(3);
});
