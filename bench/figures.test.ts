import { expect, it } from 'vitest';
import { goal, judge, type Sample, summarise, times } from './figures.ts';

function sample(contender: string, value: number, measure = 'rate'): Sample {
  return { case: 'a case', contender, measure, unit: '/s', value };
}

const ROUNDS = [
  [sample('base', 100), sample('other', 50)],
  [sample('other', 20), sample('base', 10)],
  [sample('base', 30), sample('other', 30)],
];

it('takes the median and the extremes over the rounds', () => {
  const [base] = summarise(ROUNDS, 'base');
  expect(base).toMatchObject({ contender: 'base', median: 30, min: 10, max: 100, values: [100, 10, 30] });
  expect(base).not.toHaveProperty('ratio');
});

it('takes ratios within a round, not between medians', () => {
  const [, other] = summarise(ROUNDS, 'base');
  expect(other?.ratio).toEqual({ to: 'base', median: 1, min: 0.5, max: 2 });
});

it('gives no ratio where the baseline has no such measure, nor for measures that are not compared', () => {
  const rounds = [[sample('base', 1), sample('other', 2), sample('other', 3, 'calls')]];
  expect(summarise(rounds, 'base').map((figure) => figure.ratio?.median)).toEqual([undefined, 2, undefined]);
  expect(summarise(rounds, 'base', ['calls']).some((figure) => figure.ratio)).toBe(false);
});

it('compares any two contenders round by round', () => {
  const which = { case: 'a case', measure: 'rate', contender: 'base', other: 'other' };
  expect(times(summarise(ROUNDS, 'base'), which)).toBe(1);
  expect(times(summarise(ROUNDS, 'base'), { ...which, other: 'nobody' })).toBeNaN();
});

it('holds a figure against its goal', () => {
  expect(goal('g', 1.3, 'at most', 1.3, 1).met).toBe(true);
  expect(goal('g', 1.31, 'at most', 1.3, 1).met).toBe(false);
  expect(goal('g', 2.5, 'at least', 2.5, 1).met).toBe(true);
  expect(goal('g', 2.4, 'at least', 2.5, 1).met).toBe(false);
});

it('judges no goal on a run that was scaled down', () => {
  expect(goal('g', 99, 'at most', 1, 0.5).met).toBeNull();
});

it('takes a missing figure for a missed goal', () => {
  const question = { text: 'g', case: 'a case', contender: 'nobody', measure: 'rate', of: 'ratio' } as const;
  expect(judge(summarise(ROUNDS, 'base'), { ...question, limit: 1, direction: 'at most' }, 1).met).toBe(
    false,
  );
});
