import { describe, expect, it } from 'vitest';
import { KINDS } from './kinds.ts';
import { objects, VERSIONS, type Version } from './paths.ts';
import { make, UNKNOWN_ID, UUID, useKeys, valuesOf } from './record-calls.ts';
import { useSubject } from './subject.ts';

const portal = useSubject();
const keyOf = useKeys(portal);

const batch = (version: Version, type: string, operation: string, inputs: unknown, more: object = {}) =>
  portal.call('POST', `${objects(version, type)}/batch/${operation}`, { inputs, ...more });

/** Gives the inputs trace ids t1, t2, ... */
const traced = (inputs: readonly object[]) =>
  inputs.map((input, place) => ({ ...input, objectWriteTraceId: `t${place + 1}` }));

const BAD = { no_such_property_at_all: '1' };

describe.each(VERSIONS)('with %s', (version) => {
  describe.each(KINDS)('batches of $type', ({ type, valid, text, group, upperName }) => {
    const make2 = async () => {
      const inputs = ['one', 'two'].map((word) => ({ properties: valid(portal.name(word)) }));
      return (await batch('2026-09', type, 'create', inputs)).body.results.map(({ id }) => id);
    };

    it('create with 201', async () => {
      const inputs = ['a', 'b'].map((word) => ({ properties: valid(portal.name(word)) }));
      const { status, body } = await batch(version, type, 'create', inputs);
      expect({ status, body }).toMatchObject({ status: 201, body: { status: 'COMPLETE' } });
      expect(body.results).toHaveLength(2);
      expect(Date.parse(String(body.completedAt))).toBeGreaterThanOrEqual(Date.parse(String(body.startedAt)));
    });

    it('read what is asked for', async () => {
      const ids = await make2();
      const inputs = ids.map((id) => ({ id }));
      const { status, body } = await batch(version, type, 'read', inputs, { properties: [text] });
      expect(status).toBe(200);
      expect(body.results.map(({ id }) => id).sort()).toEqual([...ids].sort());
      for (const record of body.results) {
        expect(record.properties).toHaveProperty(text, null);
        expect(record).not.toHaveProperty('associations');
      }
    });

    it('update by id', async () => {
      const ids = await make2();
      const inputs = ids.map((id) => ({ id, properties: { [text]: `Of ${id}` } }));
      expect(await batch(version, type, 'update', inputs)).toMatchObject({ status: 200 });
      for (const id of ids)
        expect(await valuesOf(portal, type, id, [text])).toMatchObject({ [text]: `Of ${id}` });
    });

    it('archive with 204', async () => {
      const ids = await make2();
      expect(
        await batch(
          version,
          type,
          'archive',
          ids.map((id) => ({ id })),
        ),
      ).toMatchObject({ status: 204, text: '' });
      for (const id of ids)
        expect((await portal.call('GET', `${objects(version, type)}/${id}`)).status).toBe(404);
    });

    it('upsert by a unique property, and tell which are new', async () => {
      const key = await keyOf(type, group);
      const [known, fresh] = [portal.name('known'), portal.name('fresh')];
      const { id } = await make(portal, type, { ...valid(known), [key]: known });
      const input = (value: string) => ({
        id: value,
        idProperty: key,
        properties: { ...valid(value), [text]: 'A' },
      });
      const { status, body } = await batch(version, type, 'upsert', [input(known), input(fresh)]);
      expect(status).toBe(200);
      const isNew = new Map(body.results.map((record) => [record.properties[key], record.new]));
      expect(isNew).toEqual(
        new Map([
          [known, false],
          [fresh, true],
        ]),
      );
      expect(await valuesOf(portal, type, id, [text])).toMatchObject({ [text]: 'A' });
    });

    it('with one bad input and no trace ids write nothing: 400', async () => {
      const key = await keyOf(type, group);
      const [good, bad] = [portal.name('good'), portal.name('bad')];
      const answer = await batch(version, type, 'create', [
        { properties: { ...valid(good), [key]: good } },
        { properties: { ...valid(bad), ...BAD } },
      ]);
      expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
      const path = `${objects(version, type)}/${good}?idProperty=${key}`;
      expect((await portal.call('GET', path)).status).toBe(404);
    });

    it('with one bad input and unique trace ids write the good ones: 207', async () => {
      const { status, body } = await batch(
        version,
        type,
        'create',
        traced([
          { properties: valid(portal.name('good')) },
          { properties: { ...valid(portal.name('bad')), ...BAD } },
        ]),
      );
      expect({ status, body }).toMatchObject({
        status: 207,
        body: {
          numErrors: 1,
          results: [{ objectWriteTraceId: 't1' }],
          errors: [
            {
              status: 'error',
              category: 'VALIDATION_ERROR',
              context: { objectWriteTraceId: ['t2'] },
            },
          ],
        },
      });
      expect(body.errors[0]?.message).toContain('PROPERTY_DOESNT_EXIST');
    });

    it.each(['read', 'update'])('%s of unknown ids is 207 with one error for all', async (operation) => {
      const { id } = await make(portal, type, valid(portal.name('known')));
      const unknown = [UNKNOWN_ID, `${UNKNOWN_ID}1`];
      const inputs = [id, ...unknown].map((one) => ({ id: one, properties: { [text]: 'A' } }));
      const { status, body } = await batch(
        version,
        type,
        operation,
        operation === 'read' ? inputs.map(({ id: one }) => ({ id: one })) : inputs,
      );
      expect({ status, body }).toMatchObject({
        status: 207,
        body: {
          numErrors: 1,
          results: [{ id }],
          errors: [
            {
              category: 'OBJECT_NOT_FOUND',
              message: `Could not get some ${upperName} objects, they may be deleted or not exist. Check that ids are valid.`,
            },
          ],
        },
      });
      expect([...(body.errors[0]?.context.ids ?? [])].sort()).toEqual([...unknown].sort());
      expect(body.errors[0]?.context).not.toHaveProperty('objectWriteTraceId');
    });

    it.each(['read', 'update', 'upsert'])(
      '%s refuses one id twice, with trace ids too',
      async (operation) => {
        const key = await keyOf(type, group);
        const id =
          operation === 'upsert'
            ? portal.name('twice')
            : (await make(portal, type, valid(portal.name('twice')))).id;
        const input = {
          id,
          ...(operation === 'read' ? {} : { properties: { [text]: 'A' } }),
          ...(operation === 'upsert' ? { idProperty: key } : {}),
        };
        const inputs = operation === 'read' ? [input, input] : traced([input, input]);
        const answer = await batch(version, type, operation, inputs);
        expect(answer).toMatchObject({
          status: 400,
          body: {
            status: 'error',
            category: 'VALIDATION_ERROR',
            message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
            context: { ids: [id] },
          },
        });
        expect(answer.body.correlationId).toMatch(UUID);
      },
    );

    it.each(['create', 'read', 'update', 'upsert', 'archive'])(
      '%s takes no more than 100',
      async (operation) => {
        const inputs = Array.from({ length: 101 }, (_, number) => ({
          id: `${UNKNOWN_ID}${number}`,
          properties: {},
        }));
        expect(await batch(version, type, operation, inputs)).toMatchObject({
          status: 400,
          body: { category: 'VALIDATION_ERROR' },
        });
      },
    );
  });
});
