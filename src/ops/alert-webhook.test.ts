import { expect, it } from 'vitest';
import { startAlertReceiver } from '../../test/support/alert-receiver.ts';
import { collectGarbage } from '../../test/support/collect-garbage.ts';
import { alertMessage, createAlertWebhook } from './alert-webhook.ts';

const NEVER = new AbortController().signal;

/** Sends one message; the waits between the tries are noted, not waited. */
async function send(url: string) {
  const waits: number[] = [];
  const webhook = createAlertWebhook(url, { sleep: async (ms) => void waits.push(ms) });
  const error = await webhook.send({ text: 'hello' }, NEVER).then(
    () => undefined,
    (raised: unknown) => raised,
  );
  return { waits, error };
}

it.each<[string, number[], number, boolean]>([
  ['takes 200 for sent', [200], 1, true],
  ['tries again after 500 and 429', [500, 429, 200], 3, true],
  ['gives up after three tries', [503, 503, 503, 200], 3, false],
  ['does not try again what is refused for good', [404, 200], 1, false],
])('a webhook %s', async (_, answers, calls, isSent) => {
  const receiver = await startAlertReceiver(answers);
  const { error, waits } = await send(receiver.url);
  expect(receiver.messages).toHaveLength(calls);
  expect(receiver.messages[0]).toEqual({ text: 'hello' });
  expect(waits).toEqual([1_000, 2_000].slice(0, calls - 1));
  if (isSent) expect(error).toBeUndefined();
  else expect(error).toMatchObject({ code: 'ALERT_NOT_SENT' });
});

it('a webhook follows no redirect, which could lead anywhere', async () => {
  const receiver = await startAlertReceiver([302, 302, 302]);
  expect((await send(receiver.url)).error).toMatchObject({ code: 'ALERT_NOT_SENT' });
  expect(receiver.messages).toHaveLength(3);
});

it('does not wait for a receiver that never answers, whatever memory is freed meanwhile', async () => {
  const { url } = await startAlertReceiver(['never', 'never', 'never']);
  const webhook = createAlertWebhook(url, { sleep: async () => {} }, 100);
  const sending = webhook.send({ text: 'hello' }, NEVER);
  const collecting = setInterval(collectGarbage, 10);
  await expect(sending).rejects.toThrow('no answer within 0.1 s');
  clearInterval(collecting);
});

it('no error shows the address, which is a secret', async () => {
  const refused = await startAlertReceiver([404]);
  for (const url of [refused.url, 'http://127.0.0.1:1/services/SECRET']) {
    const { error } = await send(url);
    expect(error).toMatchObject({ code: 'ALERT_NOT_SENT' });
    expect(String(error)).not.toContain('services');
  }
});

it.each([
  ['opened', 'open', null, /^\[ALERT\] Spoke on \S+: schema-drift \(contacts\.plan\): It is gone\.$/],
  ['resolved', 'resolved', 5_400_000, /^\[RESOLVED\] .* It is gone\. \(open for 1 h 30 min\)$/],
] as const)('a message says that an alert is %s', (notice, state, resolvedAt, text) => {
  const message = alertMessage({
    rule: 'schema-drift',
    subject: 'contacts.plan',
    state,
    summary: 'It is gone.',
    since: 0,
    openedAt: 0,
    clearSince: null,
    resolvedAt,
    notice,
    notifiedAt: null,
  });
  expect(message.text).toMatch(text);
  expect(message.alert).toMatchObject({ rule: 'schema-drift', state, openedAt: '1970-01-01T00:00:00.000Z' });
});
