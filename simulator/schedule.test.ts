import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DrivableClock } from './clock.ts';
import { Schedule } from './schedule.ts';

const START = Date.parse('2026-11-22T12:00:00Z');

let clock: DrivableClock;
let schedule: Schedule;
let done: string[];
const note = (name: string) => (dueAt: number) => done.push(`${name}@${dueAt - START}`);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  clock = new DrivableClock();
  schedule = new Schedule(clock);
  done = [];
});
afterEach(() => {
  schedule.stop();
  vi.useRealTimers();
});

it('does work in order of due time when the clock jumps, each with the instant it was due', () => {
  clock.change({ frozen: true });
  schedule.at(START + 300, note('c'));
  schedule.at(START + 100, note('a'));
  schedule.at(START + 200, note('b'));
  schedule.at(START + 900, note('d'));
  clock.change({ advanceMs: 500 });
  expect(done).toEqual(['a@100', 'b@200', 'c@300']);
  expect(schedule.waiting).toBe(1);
});

it('keeps the order of equal due times', () => {
  clock.change({ frozen: true });
  for (const name of ['a', 'b', 'c']) schedule.at(START + 100, note(name));
  clock.change({ advanceMs: 100 });
  expect(done).toEqual(['a@100', 'b@100', 'c@100']);
});

it('does work by itself while the clock runs', () => {
  schedule.at(START + 1_000, note('later'));
  schedule.at(START + 200, note('sooner'));
  vi.advanceTimersByTime(199);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['sooner@200']);
  vi.advanceTimersByTime(800);
  expect(done).toEqual(['sooner@200', 'later@1000']);
});

it('waits while the clock stands, and goes on when it runs again', () => {
  schedule.at(START + 200, note('a'));
  clock.change({ frozen: true });
  vi.advanceTimersByTime(5_000);
  expect(done).toEqual([]);
  clock.change({ frozen: false });
  vi.advanceTimersByTime(200);
  expect(done).toEqual(['a@200']);
});

it('does nothing within `at`, even when the instant has passed', () => {
  schedule.at(START - 10, note('late'));
  expect(done).toEqual([]);
  expect(schedule.runDue()).toBe(1);
  expect(done).toEqual(['late@-10']);
});

it('does what due work adds when that is due too, before later work', () => {
  clock.change({ frozen: true });
  schedule.at(START + 100, (dueAt) => {
    note('a')(dueAt);
    schedule.at(dueAt + 50, note('a2'));
    schedule.at(dueAt + 5_000, note('a3'));
  });
  schedule.at(START + 200, note('b'));
  clock.change({ advanceMs: 1_000 });
  expect(done).toEqual(['a@100', 'a2@150', 'b@200']);
});

it('leaves out cancelled work', () => {
  const cancel = schedule.at(START + 100, note('a'));
  schedule.at(START + 100, note('b'));
  cancel();
  clock.change({ advanceMs: 100 });
  expect(done).toEqual(['b@100']);
});

it('goes on with the rest after work that throws', () => {
  clock.change({ frozen: true });
  schedule.at(START + 1, () => {
    throw new Error('a mistake');
  });
  schedule.at(START + 2, note('b'));
  expect(() => clock.change({ advanceMs: 10 })).toThrow('a mistake');
  expect(schedule.runDue()).toBe(1);
  expect(done).toEqual(['b@2']);
});

it('leaves no timer and takes no work once stopped', () => {
  schedule.at(START + 100, note('a'));
  schedule.stop();
  schedule.at(START + 100, note('b'));
  expect(vi.getTimerCount()).toBe(0);
  clock.change({ advanceMs: 1_000 });
  expect([schedule.runDue(), schedule.waiting]).toEqual([0, 0]);
});

it('stays in order over thousands of entries', () => {
  clock.change({ frozen: true });
  for (let place = 0; place < 3_000; place += 1) schedule.at(START + ((place * 7_919) % 3_000), note('x'));
  clock.change({ advanceMs: 3_000 });
  expect(done).toEqual(Array.from({ length: 3_000 }, (_, ms) => `x@${ms}`));
});
