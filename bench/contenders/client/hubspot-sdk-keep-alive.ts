import { Agent } from 'node:http';
import { Client } from '@hubspot/api-client';
import type { ClientContender } from '../../client-contender.ts';

/** HubSpot's own client with connections that are kept: what somebody who measured it would set. */
export const contender: ClientContender = {
  name: 'HubSpot SDK, keep-alive',
  async connect({ url, token }) {
    const agent = new Agent({ keepAlive: true });
    const client = new Client({ accessToken: token, basePath: url, httpAgent: agent });
    return {
      async upsert(inputs) {
        const answer = await client.crm.contacts.batchApi.upsert({ inputs });
        return answer.results.length;
      },
      close: async () => agent.destroy(),
    };
  },
};
