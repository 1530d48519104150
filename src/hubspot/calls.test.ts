import { describe, expect, it } from 'vitest';
import { createAccount } from './account.ts';
import { createAssociationLabels } from './association-labels.ts';
import { createAssociations } from './associations.ts';
import type { Exchange } from './exchange.ts';
import { createLists } from './lists.ts';
import { createOwners } from './owners.ts';
import { createPipelines } from './pipelines.ts';
import { createProperties } from './properties.ts';
import { createRecords } from './records.ts';
import { createSchemas } from './schemas.ts';
import { tokenFromText } from './token.ts';
import type { Transport, TransportRequest } from './transport.ts';

const TYPES = [{ associationCategory: 'USER_DEFINED', associationTypeId: 31 }] as const;
const ENDS = { fromType: 'contacts', fromId: '1', toType: 'companies', toId: '2' } as const;
const PAIR = { from: { id: '1' }, to: { id: '2' } } as const;
const SIGNAL = new AbortController().signal;
const CALL = { signal: SIGNAL, timeoutMs: 5 } as const;

interface Families {
  readonly records: ReturnType<typeof createRecords>;
  readonly associations: ReturnType<typeof createAssociations>;
  readonly labels: ReturnType<typeof createAssociationLabels>;
  readonly properties: ReturnType<typeof createProperties>;
  readonly schemas: ReturnType<typeof createSchemas>;
  readonly pipelines: ReturnType<typeof createPipelines>;
  readonly owners: ReturnType<typeof createOwners>;
  readonly lists: ReturnType<typeof createLists>;
  readonly account: ReturnType<typeof createAccount>;
}

type Made = (families: Families) => Promise<Exchange>;

/** What is sent, as `METHOD path body`. */
const CALLS: readonly [string, Made][] = [
  [
    'POST /crm/objects/2026-09/deals {"properties":{"dealname":"A"},"associations":[{"to":{"id":"5"},"types":[]}]}',
    ({ records }) =>
      records.create(
        'deals',
        { properties: { dealname: 'A' }, associations: [{ to: { id: '5' }, types: [] }] },
        CALL,
      ),
  ],
  [
    'PATCH /crm/objects/2026-09/contacts/a%40example.com?idProperty=email {"properties":{"city":""}}',
    ({ records }) => records.update('contacts', 'a@example.com', { city: '' }, { idProperty: 'email' }, CALL),
  ],
  ['DELETE /crm/objects/2026-09/contacts/1', ({ records }) => records.archive('contacts', '1', CALL)],
  [
    'GET /crm/objects/2026-09/contacts?limit=5&after=9&associations=deals',
    ({ records }) => records.list('contacts', { limit: 5, after: '9', associations: ['deals'] }, CALL),
  ],
  [
    'POST /crm/objects/2026-09/contacts/search {"query":"ada","limit":200}',
    ({ records }) => records.search('contacts', { query: 'ada', limit: 200 }, CALL),
  ],
  [
    'POST /crm/objects/2026-09/contacts/merge {"primaryObjectId":"1","objectIdToMerge":"2"}',
    ({ records }) => records.merge('contacts', { primaryId: '1', mergedId: '2' }, CALL),
  ],
  [
    'POST /crm/objects/2026-09/contacts/gdpr-delete {"objectId":"1"}',
    ({ records }) => records.gdprDelete('contacts', { id: '1' }, CALL),
  ],
  [
    'POST /crm/objects/2026-09/contacts/gdpr-delete {"objectId":"a@example.com","idProperty":"email"}',
    ({ records }) => records.gdprDelete('contacts', { id: 'a@example.com', idProperty: 'email' }, CALL),
  ],
  [
    'GET /crm/objects/2026-09/contacts/1/associations/deals?limit=500&after=7',
    ({ associations }) => associations.list('contacts', '1', 'deals', { limit: 500, after: '7' }, CALL),
  ],
  [
    `PUT /crm/objects/2026-09/contacts/1/associations/companies/2 ${JSON.stringify(TYPES)}`,
    ({ associations }) => associations.put(ENDS, TYPES, CALL),
  ],
  [
    'PUT /crm/objects/2026-09/contacts/1/associations/default/companies/2',
    ({ associations }) => associations.putDefault(ENDS, CALL),
  ],
  [
    'DELETE /crm/objects/2026-09/contacts/1/associations/companies/2',
    ({ associations }) => associations.remove(ENDS, CALL),
  ],
  [
    `POST /crm/associations/2026-09/contacts/companies/batch/create ${JSON.stringify({ inputs: [{ ...PAIR, types: TYPES }] })}`,
    ({ associations }) =>
      associations.batchCreate('contacts', 'companies', [{ ...PAIR, types: TYPES }], CALL),
  ],
  [
    `POST /crm/associations/2026-09/contacts/companies/batch/associate/default ${JSON.stringify({ inputs: [PAIR] })}`,
    ({ associations }) => associations.batchLink('contacts', 'companies', [PAIR], CALL),
  ],
  [
    'POST /crm/associations/2026-09/contacts/companies/batch/archive {"inputs":[{"from":{"id":"1"},"to":[{"id":"2"}]}]}',
    ({ associations }) =>
      associations.batchArchive('contacts', 'companies', [{ from: { id: '1' }, to: [{ id: '2' }] }], CALL),
  ],
  [
    `POST /crm/associations/2026-09/contacts/companies/batch/labels/archive ${JSON.stringify({ inputs: [{ ...PAIR, types: TYPES }] })}`,
    ({ associations }) =>
      associations.batchArchiveLabels('contacts', 'companies', [{ ...PAIR, types: TYPES }], CALL),
  ],
  [
    'GET /crm/associations/2026-09/contacts/companies/labels',
    ({ labels }) => labels.list('contacts', 'companies', CALL),
  ],
  [
    'POST /crm/associations/2026-09/contacts/companies/labels {"name":"boss","label":"Boss"}',
    ({ labels }) => labels.create('contacts', 'companies', { name: 'boss', label: 'Boss' }, CALL),
  ],
  [
    'PUT /crm/associations/2026-09/contacts/companies/labels {"associationTypeId":31,"label":"Chief"}',
    ({ labels }) => labels.rename('contacts', 'companies', { associationTypeId: 31, label: 'Chief' }, CALL),
  ],
  [
    'DELETE /crm/associations/2026-09/contacts/companies/labels/31',
    ({ labels }) => labels.remove('contacts', 'companies', 31, CALL),
  ],
  [
    'GET /crm/properties/2026-09/contacts?archived=true',
    ({ properties }) => properties.list('contacts', { archived: true }, CALL),
  ],
  ['GET /crm/properties/2026-09/contacts/plan', ({ properties }) => properties.get('contacts', 'plan', CALL)],
  [
    'PATCH /crm/properties/2026-09/contacts/plan {"label":"Plan"}',
    ({ properties }) => properties.patch('contacts', 'plan', { label: 'Plan' }, CALL),
  ],
  [
    'DELETE /crm/properties/2026-09/contacts/plan',
    ({ properties }) => properties.archive('contacts', 'plan', CALL),
  ],
  [
    'POST /crm/properties/2026-09/contacts/batch/read {"inputs":[{"name":"plan"}],"archived":false}',
    ({ properties }) => properties.batchRead('contacts', { names: ['plan'] }, CALL),
  ],
  [
    'POST /crm/properties/2026-09/contacts/batch/archive {"inputs":[{"name":"plan"}]}',
    ({ properties }) => properties.batchArchive('contacts', ['plan'], CALL),
  ],
  [
    'GET /crm/properties/2026-09/contacts/groups',
    ({ properties }) => properties.listGroups('contacts', CALL),
  ],
  [
    'GET /crm/properties/2026-09/contacts/groups/mine',
    ({ properties }) => properties.getGroup('contacts', 'mine', CALL),
  ],
  [
    'PATCH /crm/properties/2026-09/contacts/groups/mine {"displayOrder":-1}',
    ({ properties }) => properties.patchGroup('contacts', 'mine', { displayOrder: -1 }, CALL),
  ],
  [
    'DELETE /crm/properties/2026-09/contacts/groups/mine',
    ({ properties }) => properties.archiveGroup('contacts', 'mine', CALL),
  ],
  ['GET /crm-object-schemas/2026-09/schemas', ({ schemas }) => schemas.list({}, CALL)],
  ['GET /crm/property-validations/2026-09/0-1', ({ schemas }) => schemas.rules('0-1', CALL)],
  ['GET /crm/limits/2026-09/custom-properties', ({ schemas }) => schemas.propertyLimits(CALL)],
  ['GET /crm/pipelines/2026-09/deals', ({ pipelines }) => pipelines.list('deals', CALL)],
  ['GET /crm/pipelines/2026-09/deals/default', ({ pipelines }) => pipelines.get('deals', 'default', CALL)],
  [
    'POST /crm/pipelines/2026-09/deals {"label":"A","displayOrder":1,"stages":[]}',
    ({ pipelines }) => pipelines.create('deals', { label: 'A', displayOrder: 1, stages: [] }, CALL),
  ],
  [
    'PATCH /crm/pipelines/2026-09/deals/7 {"label":"B"}',
    ({ pipelines }) => pipelines.patch('deals', '7', { label: 'B' }, CALL),
  ],
  ['GET /crm/pipelines/2026-09/deals/7/stages', ({ pipelines }) => pipelines.listStages('deals', '7', CALL)],
  [
    'POST /crm/pipelines/2026-09/deals/7/stages {"label":"A","displayOrder":1,"metadata":{"probability":"0.2"}}',
    ({ pipelines }) =>
      pipelines.createStage(
        'deals',
        '7',
        { label: 'A', displayOrder: 1, metadata: { probability: '0.2' } },
        CALL,
      ),
  ],
  [
    'PATCH /crm/pipelines/2026-09/deals/7/stages/8 {"displayOrder":2}',
    ({ pipelines }) => pipelines.patchStage('deals', { pipelineId: '7', id: '8' }, { displayOrder: 2 }, CALL),
  ],
  [
    'GET /crm/owners/2026-09?email=a%40example.com&archived=true',
    ({ owners }) => owners.list({ email: 'a@example.com', archived: true }, CALL),
  ],
  [
    'GET /crm/owners/2026-09/9?idProperty=userId',
    ({ owners }) => owners.get('9', { idProperty: 'userId' }, CALL),
  ],
  [
    'POST /crm/lists/2026-09 {"name":"A","objectTypeId":"0-1","processingType":"MANUAL"}',
    ({ lists }) => lists.create({ name: 'A', objectTypeId: '0-1', processingType: 'MANUAL' }, CALL),
  ],
  [
    'GET /crm/lists/2026-09/3?includeFilters=true',
    ({ lists }) => lists.get('3', { includeFilters: true }, CALL),
  ],
  [
    'GET /crm/lists/2026-09/object-type-id/0-1/name/A%20b',
    ({ lists }) => lists.getByName('0-1', 'A b', CALL),
  ],
  [
    'POST /crm/lists/2026-09/all {"objectTypeId":"0-1","count":5}',
    ({ lists }) => lists.all({ objectTypeId: '0-1', count: 5 }, CALL),
  ],
  ['GET /crm/lists/2026-09/3/memberships?limit=5', ({ lists }) => lists.members('3', { limit: 5 }, CALL)],
  [
    'GET /crm/lists/2026-09/3/memberships/join-order?after=x',
    ({ lists }) => lists.members('3', { order: 'join-order', after: 'x' }, CALL),
  ],
  ['PUT /crm/lists/2026-09/3/memberships/add ["1","2"]', ({ lists }) => lists.add('3', ['1', '2'], CALL)],
  ['PUT /crm/lists/2026-09/3/memberships/remove ["1"]', ({ lists }) => lists.remove('3', ['1'], CALL)],
  [
    'PUT /crm/lists/2026-09/3/memberships/add-and-remove {"recordIdsToAdd":["1"],"recordIdsToRemove":["2"]}',
    ({ lists }) => lists.addAndRemove('3', { add: ['1'], remove: ['2'] }, CALL),
  ],
  ['GET /crm/lists/2026-09/records/0-1/1/memberships', ({ lists }) => lists.ofRecord('0-1', '1', CALL)],
  ['GET /account-info/2026-09/api-usage/daily/private-apps', ({ account }) => account.usage(CALL)],
];

describe('a call', () => {
  it.each(CALLS)('%s', async (expected, make) => {
    const requests: TransportRequest[] = [];
    const answer: Exchange = { kind: 'reply', status: 200, headers: {}, body: {}, durationMs: 1 };
    const transport: Transport = {
      request: async (request) => {
        requests.push(request);
        return answer;
      },
      close: async () => undefined,
    };
    const exchange = await make({
      records: createRecords(transport),
      associations: createAssociations(transport),
      labels: createAssociationLabels(transport),
      properties: createProperties(transport),
      schemas: createSchemas(transport),
      pipelines: createPipelines(transport),
      owners: createOwners(transport),
      lists: createLists(transport),
      account: createAccount(transport, tokenFromText('t')),
    });
    expect(exchange).toBe(answer);
    const sent = requests.map(({ method, path, body }) =>
      [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])].join(' '),
    );
    expect(sent).toEqual([expected]);
    expect(requests[0]).toMatchObject(CALL);
  });
});
