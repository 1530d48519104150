import { Agent, request } from 'undici';

/** Answers are not looked at beyond this. */
const MAX_ANSWER_BYTES = 65_536;

export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Real ms until an answer must have come. */
  timeoutMs: number;
}

/** What became of a try: the status, or why there was none. */
export type TryResult = { status: number } | { error: string };

/** Posts to the addresses of apps. After `stop` every call that is under way has ended. */
export class WebhookSender {
  readonly #agent = new Agent();
  readonly #stopping = new AbortController();

  async post({ url, headers, body, timeoutMs }: Outgoing): Promise<TryResult> {
    // Read again below, so it is held until then: `any` does not hold what it joins, and what is collected never fires.
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([late, this.#stopping.signal]);
    try {
      const answer = await request(url, { dispatcher: this.#agent, method: 'POST', headers, body, signal });
      await answer.body.dump({ limit: MAX_ANSWER_BYTES, signal });
      return { status: answer.statusCode };
    } catch (error) {
      if (late.aborted && !this.#stopping.signal.aborted) return { error: `no answer in ${timeoutMs} ms` };
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#agent.destroy();
  }
}
