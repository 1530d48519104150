/** @import { FaultPreset } from '../../fault-presets.ts' */
/** @import { Fault, FaultPlan } from '../../faults.ts' */

/**
 * Ready-made faults, those that lose an answer first: they are the hardest for a client.
 *
 * @type {readonly { name: string, detail: string, fault: FaultPlan }[]}
 */
export const SINGLE_FAULTS = [
  {
    name: 'Write, then cut the line',
    detail: 'The change is made and the caller never learns it.',
    fault: { at: 'after-apply', do: 'reset' },
  },
  {
    name: 'Write, then answer 502',
    detail: 'The change is made and the answer says it failed.',
    fault: { at: 'after-apply', do: 'status', status: 502 },
  },
  {
    name: 'Cut in the middle of the answer',
    detail: 'Head and half of the body, then nothing.',
    fault: { at: 'mid-body', do: 'reset' },
  },
  {
    name: 'Leave one result out',
    detail: 'One input is written and missing from the answer.',
    fault: { at: 'after-apply', do: 'drop-item' },
  },
  {
    name: 'Lose one input',
    detail: 'One input is neither written nor in the answer.',
    fault: { at: 'before', do: 'drop-item' },
  },
  {
    name: 'Cut before anything',
    detail: 'The connection is reset, nothing is changed.',
    fault: { at: 'before', do: 'reset' },
  },
  {
    name: 'Say nothing',
    detail: 'The connection stays open, no answer comes.',
    fault: { at: 'before', do: 'hang' },
  },
  {
    name: 'Answer 2 s late',
    detail: 'The true answer, after two seconds.',
    fault: { at: 'before', do: 'slow', delayMs: 2_000 },
  },
  {
    name: 'Server error 500',
    detail: 'Nothing is changed.',
    fault: { at: 'before', do: 'status', status: 500 },
  },
  {
    name: 'Unavailable 503',
    detail: 'With Retry-After: 2.',
    fault: { at: 'before', do: 'status', status: 503, headers: { 'retry-after': '2' } },
  },
  {
    name: 'Rate limit of the edge',
    detail: '429 as plain text, which the budgets know nothing of.',
    fault: { at: 'before', do: 'edge429' },
  },
  {
    name: 'A page instead of JSON',
    detail: '502 with HTML of a proxy.',
    fault: { at: 'before', do: 'html' },
  },
  {
    name: 'Not JSON',
    detail: '200 with bytes that no parser takes.',
    fault: { at: 'before', do: 'garbage' },
  },
  { name: 'Half of the JSON', detail: '200, ended too early.', fault: { at: 'after-apply', do: 'truncate' } },
  {
    name: 'Empty success',
    detail: '200 with no results, nothing is changed.',
    fault: { at: 'before', do: 'empty' },
  },
  {
    name: 'Token refused 401',
    detail: 'As if it had been withdrawn.',
    fault: { at: 'before', do: 'status', status: 401 },
  },
];

/**
 * The simulator's own plans as a person calls them, and what they do.
 *
 * @type {Partial<Record<FaultPreset, readonly [title: string, detail: string]>>}
 */
export const PLANS = {
  flaky: ['A bad day', 'About one call in seven fails somehow, some of them after their write.'],
  'after-apply-reset': ['Writes cut off', 'One write in five is made and its connection is cut.'],
  'after-apply-hang': ['Writes without an answer', 'One write in ten is made and never answered.'],
  'gateway-timeout': ['Gateway timeout', 'One write in ten is made and the edge had no answer in time.'],
  slow: ['Slow answers', 'Every answer takes a second and a half longer.'],
  'rate-limit': ['Burst limit', 'One call in five is over the burst limit.'],
  'daily-limit': ['Daily limit', 'The budget of the day is used up.'],
  'edge-limit': ['Limit of the edge', 'The edge refuses one call in five, as plain text.'],
  revoked: ['Token revoked', 'The caller’s token is revoked after a hundred calls.'],
  locked: ['Locked records', 'Records are locked at one write in ten.'],
  migration: ['Move of the data centre', 'Fifty calls are sent away with a 477.'],
  outage: ['Outage', 'Nothing works for fifty calls.'],
  truncated: ['Half of the JSON', 'One answer in ten ends in the middle.'],
  empty: ['Empty answers', 'One call in twenty is answered 200 without results.'],
  'clock-skew': ['Wrong clock', 'The Date header is ten minutes ahead.'],
};

/** @type {Record<Fault['at'], string>} */
const STAGES = { before: '', 'after-apply': 'write, then ', 'mid-body': 'in the middle of the body, ' };
/** @type {Record<string, string>} */
const KINDS = {
  reset: 'cut the line',
  hang: 'say nothing',
  status: 'answer',
  html: 'answer with a page',
  garbage: 'answer what is not JSON',
  truncate: 'answer half of the JSON',
  slow: 'answer late',
  'drop-item': 'leave one item out',
  empty: 'answer with no results',
  edge429: 'answer 429 of the edge',
  skew: 'send a wrong Date',
  revoke: 'revoke the token',
};

/**
 * A fault as a sentence without its end.
 *
 * @param {Fault} fault
 */
export function whatItDoes(fault) {
  const status = fault.status === undefined ? (fault.do === 'status' ? ' 500' : '') : ` ${fault.status}`;
  const late = fault.delayMs === undefined ? '' : ` after ${fault.delayMs} ms`;
  const said = `${STAGES[fault.at]}${KINDS[fault.do] ?? fault.do}${status}${late}`;
  return said.charAt(0).toUpperCase() + said.slice(1);
}
