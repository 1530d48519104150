import { pathToFileURL } from 'node:url';
import type * as Hubspot from '../../../src/hubspot/index.ts';
import { silentLogger } from '../../../src/log.ts';
import type { ClientContender } from '../../client-contender.ts';

/** Spoke's client as built, its answers parsed as delivery parses them. */
export const contender: ClientContender = {
  name: 'Spoke',
  async connect({ url, token }) {
    const built = process.env.BENCH_SPOKE_HUBSPOT;
    if (!built) throw new Error('BENCH_SPOKE_HUBSPOT names no file.');
    const { createHubspotClient, parseBatchAnswer, tokenFromText } = (await import(
      pathToFileURL(built).href
    )) as typeof Hubspot;
    const client = createHubspotClient({ baseUrl: url, token: tokenFromText(token), log: silentLogger });
    return {
      async upsert(inputs) {
        const exchange = await client.records.batchUpsert('contacts', inputs);
        if (exchange.kind === 'fault') throw new Error(exchange.message);
        return parseBatchAnswer(exchange.body).results.length;
      },
      close: () => client.close(),
    };
  },
};
