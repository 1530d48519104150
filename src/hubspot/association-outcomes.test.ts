import { describe, expect, it } from 'vitest';
import { associationOutcomes } from './association-outcomes.ts';
import type { Exchange } from './exchange.ts';

function pair(from: string, to: string) {
  return { from: { id: from }, to: { id: to } };
}

function reply(status: number, body?: unknown, rest: object = {}): Exchange {
  return { kind: 'reply', status, headers: {}, body, durationMs: 1, ...rest };
}

const labelled = (from: number, to: number) => ({
  fromObjectTypeId: '0-1',
  fromObjectId: from,
  toObjectTypeId: '0-2',
  toObjectId: to,
  labels: [],
});
const plain = (from: string, to: string) => ({ from: { id: from }, to: { id: to }, associationSpec: {} });
const INPUTS = [pair('1', '7'), pair('2', '8')];
const invalid = (...id: string[]) => ({
  category: 'VALIDATION_ERROR',
  message: 'x is not a valid ID',
  context: { id },
});
const ends = (exchange: Exchange | undefined, inputs = INPUTS) =>
  associationOutcomes({ inputs, ...(exchange ? { exchange } : {}) }).map(({ end }) => end);

describe('the outcome of each link of a batch', () => {
  it.each<[string, Exchange | undefined, string[]]>([
    [
      'all linked, ids as numbers',
      reply(201, { results: [labelled(2, 8), labelled(1, 7)] }),
      ['applied', 'applied'],
    ],
    [
      'all linked plainly, in both directions',
      reply(200, { results: [plain('1', '7'), plain('7', '1'), plain('2', '8'), plain('8', '2')] }),
      ['applied', 'applied'],
    ],
    [
      'one named in an error',
      reply(207, { results: [labelled(1, 7)], errors: [invalid('8')] }),
      ['applied', 'not-applied'],
    ],
    ['one not mentioned', reply(201, { results: [labelled(1, 7)] }), ['applied', 'unknown']],
    [
      'an error that names nobody',
      reply(207, { results: [labelled(1, 7)], errors: [{ message: 'no' }] }),
      ['applied', 'unknown'],
    ],
    ['no results at all', reply(200, { status: 'COMPLETE', results: [] }), ['unknown', 'unknown']],
    ['no body', reply(201), ['unknown', 'unknown']],
    ['a cut answer', reply(201, undefined, { flaw: 'truncated' }), ['unknown', 'unknown']],
    ['refused as a whole', reply(400, { category: 'VALIDATION_ERROR' }), ['not-applied', 'not-applied']],
    ['refused by the rate limit', reply(429, {}), ['not-applied', 'not-applied']],
    ['a page of a proxy', reply(404, undefined, { flaw: 'html' }), ['unknown', 'unknown']],
    ['408', reply(408, {}), ['unknown', 'unknown']],
    ['502', reply(502, {}), ['unknown', 'unknown']],
    ['not sent', undefined, ['not-applied', 'not-applied']],
    [
      'a connection that was refused',
      { kind: 'fault', reason: 'connect-refused', sent: false, message: '', durationMs: 1 },
      ['not-applied', 'not-applied'],
    ],
    [
      'a connection that was lost',
      { kind: 'fault', reason: 'reset', sent: true, message: '', durationMs: 1 },
      ['unknown', 'unknown'],
    ],
  ])('%s', (_, exchange, expected) => {
    expect(ends(exchange)).toEqual(expected);
  });

  it('takes no answer in the other direction for the link of another pair', () => {
    const inputs = [pair('1', '7'), pair('7', '1')];
    const body = { results: [plain('1', '7'), plain('7', '1')], errors: [{ message: 'no' }] };
    expect(ends(reply(207, body), inputs)).toEqual(['unknown', 'unknown']);
  });

  it('keeps what HubSpot says', () => {
    const [, second] = associationOutcomes({
      inputs: INPUTS,
      exchange: reply(207, { results: [labelled(1, 7)], errors: [invalid('2')] }),
    });
    expect(second).toMatchObject({ end: 'not-applied', error: { message: 'x is not a valid ID' } });
  });
});
