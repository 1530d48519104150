import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as hubspotModule from '../../src/hubspot/index.ts';
import { SpokeError } from '../../src/index.ts';
import { type OperationsBench, setupOperations } from '../support/operations-bench.ts';

const PAGE = readFileSync('docs/guides/hubspot-client.md', 'utf8');
const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';

/** Runs the one snippet that holds `mark`, and gives what it exports. */
async function run(mark: string, { client, operations }: OperationsBench, more: object = {}) {
  const found = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const [text, ...others] = found.filter((snippet) => snippet.includes(mark));
  if (text === undefined || others.length > 0) throw new Error(`the guide has not one snippet with ${mark}`);
  const body = text.replaceAll(/^import [^;]*;$/gm, '');
  const exported = [...body.matchAll(/^export (?:async )?(?:const|function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const plain = ts.transpileModule(body.replaceAll(/^export /gm, ''), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;
  const logged: unknown[] = [];
  const names = {
    ...hubspotModule,
    SpokeError,
    createServer,
    buffer,
    randomUUID: () => '00000000-0000-4000-8000-000000000001',
    client,
    hubspot: operations,
    console: { log: (...values: unknown[]) => void logged.push(values) },
    ...more,
  };
  const code = `return (async () => {${plain}; return { ${exported.join(', ')} };})();`;
  const whole: unknown = new Function(...Object.keys(names), code);
  if (typeof whole !== 'function') throw new Error('not a function');
  const exports: Record<string, unknown> = await whole(...Object.values(names));
  return { exports, logged };
}

describe('the guide to the client', () => {
  it('creates contact, deal and note', async () => {
    const bench = await setupOperations();
    await run('createDeal', bench);
    expect(bench.portal.records('contacts')).toMatchObject([{ properties: { email: 'ada@example.com' } }]);
    expect(bench.portal.records('deals')).toMatchObject([{ properties: { dealname: 'Order 4711' } }]);
    expect(bench.portal.records('notes')).toHaveLength(1);
  });

  it('goes on after a write that may be repeated', async () => {
    const bench = await setupOperations();
    bench.portal.insert('contacts', [{ email: 'ada@example.com' }]);
    bench.portal.setFaults([{ do: 'html', at: 'after-apply' }]);
    await run('HUBSPOT_OUTCOME_UNKNOWN', bench);
    expect(bench.portal.records('contacts')).toMatchObject([{ properties: { lifecyclestage: 'customer' } }]);
  });

  it('reads all contacts', async () => {
    const bench = await setupOperations();
    bench.portal.insert('contacts', [{ email: 'ada@example.com' }, { email: 'bob@example.com' }]);
    expect((await run('listAll', bench)).logged).toEqual([[2]]);
  });

  it('subscribes an address that has not opted out since', async () => {
    const bench = await setupOperations();
    const [type] = bench.portal.subscriptionTypes();
    await run('expectDefinitions', bench);
    expect(bench.portal.consent('ada@example.com').statuses).toContainEqual(
      expect.objectContaining({ subscriptionId: type?.id, state: 'SUBSCRIBED' }),
    );
  });

  it('asks what the token may do', async () => {
    const bench = await setupOperations();
    bench.portal.addToken({ token: 'narrow', scopes: ['crm.objects.contacts.read'] });
    const client = hubspotModule.createHubspotClient({
      baseUrl: bench.portal.url,
      token: hubspotModule.tokenFromText('narrow'),
    });
    onTestFinished(() => client.close());
    expect((await run('activityCapabilities', { ...bench, client })).logged).toEqual([]);
    expect(bench.portal.journal().at(-1)?.path).toContain('access-token-info');
  });

  it('takes webhooks that are signed, and no others', async () => {
    const bench = await setupOperations();
    const env = { PUBLIC_URL: 'https://hooks.example.com', HUBSPOT_CLIENT_SECRET: SECRET };
    const { exports, logged } = await run('createServer', bench, { process: { env } });
    const server = exports.server as Server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const timestamp = String(Date.now());
    const event = { portalId: 1, occurredAt: 1, objectId: 501, subscriptionType: 'contact.creation' };
    const body = JSON.stringify([event]);
    const signature = createHmac('sha256', SECRET)
      .update(`POSThttps://hooks.example.com/hubspot?a=1${body}${timestamp}`)
      .digest('base64');
    const send = (given: string) =>
      fetch(`http://127.0.0.1:${port}/hubspot?a=1`, {
        method: 'POST',
        body,
        headers: { 'x-hubspot-signature-v3': given, 'x-hubspot-request-timestamp': timestamp },
      });
    expect((await send(signature.replace(/^./, '#'))).status).toBe(401);
    expect(logged).toEqual([]);
    expect((await send(signature)).status).toBe(204);
    expect(logged).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/), 'contact.creation', 'creation']]);
  });

  it('connects an app and reads through its token', async () => {
    const bench = await setupOperations();
    const { portal } = bench;
    const env = { HUBSPOT_CLIENT_ID: 'app-1', HUBSPOT_CLIENT_SECRET: SECRET };
    const redirectUri = 'https://app.example.com/hubspot/callback';
    portal.addApp({ clientId: 'app-1', clientSecret: SECRET });
    // The snippet means HubSpot's own address.
    const here = <T extends object>(options: T) => ({ ...options, baseUrl: portal.url });
    const { exports } = await run('tokenFromOAuth', bench, {
      process: { env },
      createOAuthApp: (options: hubspotModule.OAuthAppOptions) => hubspotModule.createOAuthApp(here(options)),
      tokenFromOAuth: (options: hubspotModule.OAuthTokenOptions) =>
        hubspotModule.tokenFromOAuth(here(options)),
      createHubspotClient: (options: hubspotModule.HubspotClientOptions) =>
        hubspotModule.createHubspotClient(here(options)),
    });
    const { installUrl, connect, clientOf } = exports as {
      installUrl: (state: string) => string;
      connect: (code: string, store: hubspotModule.RefreshTokenStore) => Promise<void>;
      clientOf: (store: hubspotModule.RefreshTokenStore) => hubspotModule.HubspotClient;
    };
    const asked = new URL(installUrl('session-1')).searchParams;
    const code = portal.authorize({
      clientId: asked.get('client_id') ?? '',
      redirectUri,
      scopes: (asked.get('scope') ?? '').split(' '),
    });
    let stored: string | undefined;
    const store = {
      load: async () => stored,
      save: async (refreshToken: string) => {
        stored = refreshToken;
      },
    };
    await connect(code, store);
    const client = clientOf(store);
    onTestFinished(() => client.close());
    expect(await client.account.expectDetails()).toMatchObject({ portalId: String(portal.portalId) });
    portal.uninstallApp('app-1');
    await expect(client.account.expectDetails()).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
    const calls = portal.journal().length;
    await expect(client.account.expectDetails()).rejects.toMatchObject({ code: 'OAUTH_DISCONNECTED' });
    expect(portal.journal()).toHaveLength(calls);
  });
});
