import { Client } from '@hubspot/api-client';
import type { ClientContender } from '../../client-contender.ts';

/** HubSpot's own client as its README makes it: no limiter, no retries, a connection for each call. */
export const contender: ClientContender = {
  name: 'HubSpot SDK',
  async connect({ url, token }) {
    const client = new Client({ accessToken: token, basePath: url });
    return {
      async upsert(inputs) {
        const answer = await client.crm.contacts.batchApi.upsert({ inputs });
        return answer.results.length;
      },
      close: async () => {},
    };
  },
};
