import { expect, it } from 'vitest';
import { maxInWindow, RollingWindow } from './rolling-window.ts';

it('an instant leaves the window exactly when it is as old as the span', () => {
  const window = new RollingWindow();
  window.add(0, 10_000);
  window.add(1, 10_000);
  expect(window.count(9_999, 10_000)).toBe(2);
  expect(window.count(10_000, 10_000)).toBe(1);
  expect(window.count(10_001, 10_000)).toBe(0);
});

it('remembers its highest count', () => {
  const window = new RollingWindow();
  for (const instant of [0, 1, 2, 20_000]) window.add(instant, 10_000);
  expect(window.highest).toBe(3);
});

it('counts right after many instants were dropped', () => {
  const window = new RollingWindow();
  for (let instant = 0; instant < 20_000; instant += 1) window.add(instant, 100);
  expect(window.count(20_000, 100)).toBe(99);
});

it('does not stay full after the clock was moved back', () => {
  const window = new RollingWindow();
  for (let place = 0; place < 5; place += 1) window.add(1_000_000, 10_000);
  window.add(0, 10_000);
  expect(window.count(10_000, 10_000)).toBe(0);
});

it.each([
  [[], 10, 0],
  [[1, 2, 3], 10, 3],
  [[0, 10], 10, 1],
  [[0, 9, 18, 27], 10, 2],
  [[0, 0, 0, 5, 100], 5, 3],
])('the most of %j in %i ms is %i', (instants, span, most) => {
  expect(maxInWindow(instants, span)).toBe(most);
});
