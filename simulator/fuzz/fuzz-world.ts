import { isObject } from '../call.ts';
import type { Outcome } from '../gateway.ts';
import { toJsonText } from '../json-text.ts';
import { DEFAULT_TOKEN, type SimulatorOptions } from '../options.ts';
import { PortalDirectory } from '../portal-directory.ts';
import type { PortalUnit } from '../portal-unit.ts';
import { insertRecords } from '../records.ts';
import type { Route } from '../router.ts';
import { ROUTES } from '../routes/all-routes.ts';
import { JOURNAL_SCOPES } from '../tokens.ts';
import { FILTER, snapshotOf } from './app-samples.ts';
import { corpus, FILTER_BRANCH, PIPELINE, PROPERTY, SCHEMA } from './corpus.ts';
import {
  APP,
  APP_EVENT,
  APP_TOKEN,
  DEVELOPER_KEY,
  EVENT_DEFINITION,
  FORM,
  FUZZ_PORTAL,
  type Ids,
  NOWHERE,
  type Sample,
} from './sample.ts';

/** A request in the form that it has on its way to the portal. */
export interface RawRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

export const FUZZ_OPTIONS = {
  portalId: FUZZ_PORTAL,
  limits: 'none',
  developerKey: DEVELOPER_KEY,
  apps: [
    {
      appId: APP.appId,
      clientId: APP.clientId,
      clientSecret: APP.clientSecret,
      redirectUris: [APP.redirectUri],
      eventTypes: [{ name: APP_EVENT, properties: ['plan'] }],
    },
  ],
  tokens: [{ token: APP_TOKEN, appId: APP.appId }],
  webhooks: [{ appId: 77, clientSecret: 'secret', targetUrl: NOWHERE }],
  forms: [{ id: FORM, name: 'Sign-up', fieldGroups: [{ fields: [{ name: 'email' }, { name: 'city' }] }] }],
} satisfies SimulatorOptions;

/** A portal without a server, filled so that every request of the corpus is valid. Its clock stands still. */
export class FuzzWorld {
  readonly unit: PortalUnit;
  readonly samples: readonly Sample[];
  #count = 0;

  /** `onRoute` is told of each route whose handler was entered. */
  constructor(onRoute: (route: Route) => void = () => undefined) {
    const routes = ROUTES.map(
      (route): Route => ({
        ...route,
        handle(call) {
          onRoute(route);
          return route.handle(call);
        },
      }),
    );
    const directory = new PortalDirectory({ ...FUZZ_OPTIONS }, undefined, routes);
    this.unit = directory.first;
    this.unit.portal.clock.change({ frozen: true });
    this.samples = corpus(prepare(this));
  }

  /** Throws what the server would answer with its bug header. */
  send({ method, url, headers, body }: RawRequest): Outcome {
    this.#count += 1;
    return this.unit.gateway.process({
      n: this.#count,
      method,
      url,
      headers,
      address: '127.0.0.1',
      rawBody: body,
    });
  }

  stop(): Promise<void> {
    return this.unit.stop();
  }
}

/** As a client sends it, with a token and its type of content. */
export function toRequest({ method, path, body, token = DEFAULT_TOKEN }: Sample): RawRequest {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    method,
    url: path,
    headers: { authorization: `Bearer ${token}`, ...(text === '' ? {} : { 'content-type': type }) },
    body: Buffer.from(text),
  };
}

function prepare(world: FuzzWorld): Ids {
  const { portal } = world.unit;
  const [contact = '', other = ''] = insertRecords(portal, 'contacts', [
    { email: 'a@example.com', city: 'Oslo' },
    { email: 'b@example.com', city: 'Bergen' },
  ]);
  const [company = ''] = insertRecords(portal, 'companies', [{ name: 'One' }]);
  const [deal = ''] = insertRecords(portal, 'deals', [{ dealname: 'One', dealstage: 'qualifiedtobuy' }]);
  const make = (path: string, body?: unknown, method = 'POST', token = DEFAULT_TOKEN) => {
    const { reply } = world.send(toRequest({ method, path, body, token }));
    if (reply.status >= 300)
      throw new Error(`${method} ${path} gave ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body === undefined ? undefined : JSON.parse(toJsonText(reply.body));
  };
  const list = (name: string, rest: object = {}) =>
    idAt(
      make('/crm/lists/2026-09', { name, objectTypeId: '0-1', processingType: 'MANUAL', ...rest }),
      'list',
      'listId',
    );
  make('/crm/properties/2026-09/contacts/groups', { name: 'app', label: 'App' });
  make('/crm/properties/2026-09/contacts', PROPERTY);
  make('/crm-object-schemas/2026-09/schemas', SCHEMA);
  const label = idAt(
    make('/crm/associations/2026-09/contacts/companies/labels', { label: 'Manager', name: 'manager' }),
    'results',
    '0',
    'typeId',
  );
  make(
    `/crm/objects/2026-09/contacts/${contact}/associations/default/companies/${company}`,
    undefined,
    'PUT',
  );
  make('/events/custom/2026-09/event-definitions', EVENT_DEFINITION);
  const pipeline = make('/crm/pipelines/2026-09/deals', PIPELINE);
  const webhook = make(`/app-webhooks/2026-09/77/subscriptions?hapikey=${DEVELOPER_KEY}`, {
    eventType: 'contact.propertyChange',
    propertyName: 'zip',
    active: true,
  });
  const first = list('One');
  make(`/crm/lists/2026-09/${first}/memberships/add`, [contact], 'PUT');
  const deletedList = list('Deleted');
  make(`/crm/lists/2026-09/${deletedList}`, undefined, 'DELETE');
  const authorize = () =>
    portal.apps.authorize(
      {
        clientId: APP.clientId,
        redirectUri: APP.redirectUri,
        scopes: ['oauth', 'timeline', 'crm.objects.contacts.read'],
      },
      portal.clock.now(),
    );
  const fields = { grant_type: 'authorization_code', code: authorize(), redirect_uri: APP.redirectUri };
  const form = new URLSearchParams({ client_id: APP.clientId, client_secret: APP.clientSecret, ...fields });
  const tokens = make('/oauth/2026-09/token', form.toString());
  const eventTemplate = idAt(
    make(`/integrators/timeline/v3/${APP.appId}/event-templates?hapikey=${DEVELOPER_KEY}`, {
      name: 'Plan ended',
      objectType: 'contacts',
      tokens: [{ name: 'plan', label: 'Plan', type: 'string' }],
    }),
    'id',
  );
  const accessToken = idAt(tokens, 'access_token');
  const shown = { eventTemplateId: eventTemplate, id: 'shown', objectId: contact, tokens: { plan: 'free' } };
  make('/integrators/timeline/v3/events', shown, 'POST', accessToken);
  const credentials = new URLSearchParams({
    client_id: APP.clientId,
    client_secret: APP.clientSecret,
    grant_type: 'client_credentials',
    scope: JOURNAL_SCOPES.join(' '),
  });
  const journalToken = idAt(make('/oauth/2026-09/token', credentials.toString()), 'access_token');
  const journal = '/webhooks-journal';
  const about = { subscriptionType: 'OBJECT', portalId: FUZZ_PORTAL, objectTypeId: '0-2' };
  const subscription = make(`${journal}/subscriptions/2026-09`, about, 'POST', journalToken);
  const filter = make(
    `${journal}/subscriptions/2026-09/filters`,
    { subscriptionId: idAt(subscription, 'id'), filter: FILTER },
    'POST',
    journalToken,
  );
  const snapshots = make(`${journal}/snapshots/2026-09/crm`, snapshotOf(company), 'POST', journalToken);
  const file = () => {
    insertRecords(portal, 'companies', [{ name: 'Two' }]);
    portal.clock.change({ advanceMs: 1_000 });
    return make(`${journal}/journal/2026-09/latest`, undefined, 'GET', journalToken);
  };
  const offset = idAt(file(), 'currentOffset');
  const fileUrl = new URL(idAt(file(), 'url'));
  return {
    journalToken,
    journalSubscription: idAt(subscription, 'id'),
    journalFilter: idAt(filter, 'filterId'),
    snapshot: idAt(snapshots, 'snapshotResponses', '0', 'snapshotStatusId'),
    offset,
    filePath: fileUrl.pathname + fileUrl.search,
    contact,
    other,
    company,
    deal,
    label,
    list: first,
    secondList: list('Two'),
    deletedList,
    dynamicList: list('Oslo people', { processingType: 'DYNAMIC', filterBranch: FILTER_BRANCH }),
    pipeline: idAt(pipeline, 'id'),
    stage: idAt(pipeline, 'stages', '0', 'id'),
    freeStage: idAt(pipeline, 'stages', '1', 'id'),
    webhookSubscription: idAt(webhook, 'id'),
    code: authorize(),
    accessToken,
    eventTemplate,
    refreshToken: idAt(tokens, 'refresh_token'),
  };
}

function idAt(body: unknown, ...path: string[]): string {
  let found = body;
  for (const name of path) {
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isObject(found) ? found[name] : undefined;
  }
  if (typeof found !== 'string' && typeof found !== 'number')
    throw new Error(`no ${path.join('.')} in ${JSON.stringify(body)}`);
  return String(found);
}
