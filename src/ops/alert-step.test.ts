import { describe, expect, it } from 'vitest';
import type { Judgement } from './alert-rules.ts';
import { type Alert, stepAlert } from './alert-step.ts';

const PACE = { quietMs: 120_000, remindMs: 14_400_000 };
const MINUTE = 60_000;
const LOOK = MINUTE / 2;

/** `x`: trouble, `.`: none, `?`: too little to tell; one look each, half a minute apart. */
const KINDS: Readonly<Record<string, Judgement>> = {
  x: { kind: 'trouble', summary: 'bad' },
  '.': { kind: 'none' },
  '?': { kind: 'unknown' },
};

/** What is told at each look (told at once), and the alert as it stands in the end. */
function run(looks: string, forMs = 0, everyMs = LOOK) {
  let alert: Alert | undefined;
  const told: string[] = [];
  [...looks].forEach((look, index) => {
    const now = index * everyMs;
    const before = alert?.state === 'resolved' ? undefined : alert;
    const finding = {
      rule: 'error-rate',
      subject: '',
      judgement: KINDS[look] ?? { kind: 'none' },
      forMs,
    } as const;
    alert = stepAlert(before, finding, { now, pace: PACE });
    if (alert?.notice) {
      told.push(`${index} ${alert.notice}`);
      alert = { ...alert, notice: null, notifiedAt: now };
    }
  });
  return { told, state: alert?.state };
}

describe('an alert', () => {
  it.each<[string, string, string[], Alert['state'] | undefined]>([
    ['is not there without trouble', '...', [], undefined],
    ['is not opened by what is too little to tell', '???', [], undefined],
    ['opens once, however long the trouble lasts', 'xxxxx', ['0 opened'], 'open'],
    ['resolves once, after two quiet minutes', 'xx.......', ['0 opened', '6 resolved'], undefined],
    ['does not resolve before', 'xx....', ['0 opened'], 'open'],
    ['that flaps is one alert', 'x.x..x...x.x.....', ['0 opened', '16 resolved'], 'resolved'],
    ['stays while there is too little to tell', 'x??????????', ['0 opened'], 'open'],
    ['begins its quiet time anew after that', 'x..?....', ['0 opened'], 'open'],
    ['is another one after it was resolved', 'x.....x', ['0 opened', '5 resolved', '6 opened'], 'open'],
  ])('%s', (_, looks, told, state) => {
    expect(run(looks)).toEqual({ told, state });
  });

  it.each<[string, string, string[]]>([
    ['opens when the trouble has lasted', 'xxxxx', ['4 opened']],
    ['does not open before', 'xxxx', []],
    ['counts anew when the trouble was gone between', 'xxx.xxxx', []],
  ])('that has to last two minutes %s', (_, looks, told) => {
    expect(run(looks, 2 * MINUTE).told).toEqual(told);
  });

  it('is told again every four hours, and no more often', () => {
    expect(run('x'.repeat(10), 0, 60 * MINUTE).told).toEqual(['0 opened', '4 reminder', '8 reminder']);
  });

  it('is not reminded of before it was told', () => {
    const open = stepAlert(
      undefined,
      { rule: 'r', subject: '', judgement: KINDS.x ?? { kind: 'none' }, forMs: 0 },
      { now: 0, pace: PACE },
    );
    const later = stepAlert(
      open,
      { rule: 'r', subject: '', judgement: { kind: 'unknown' }, forMs: 0 },
      { now: 1e9, pace: PACE },
    );
    expect(later?.notice).toBe('opened');
  });

  it('keeps the numbers of the last look that saw the trouble', () => {
    const at = (now: number) => ({ now, pace: PACE });
    const finding = (judgement: Judgement) => ({ rule: 'r', subject: '', judgement, forMs: 0 });
    const first = stepAlert(undefined, finding({ kind: 'trouble', summary: 'one' }), at(0));
    const second = stepAlert(first, finding({ kind: 'trouble', summary: 'two' }), at(1));
    const third = stepAlert(second, finding({ kind: 'none' }), at(2));
    expect(third).toMatchObject({ summary: 'two', state: 'open', openedAt: 0, clearSince: 2 });
  });
});
