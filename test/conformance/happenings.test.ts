import { describe, expect, it } from 'vitest';
import { consent, objects, VERSIONS } from './paths.ts';
import { makeContact } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const TO_CONTACT = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 };

describe.each(VERSIONS)('with %s', (version) => {
  const notes = objects(version, 'notes');
  const note = (properties: Record<string, string>) => portal.call('POST', notes, { properties });

  it('a note needs the time of what happened', async () => {
    expect((await note({ hs_note_body: 'Without a time' })).status).toBe(400);
    expect((await note({ hs_note_body: 'With one', hs_timestamp: '2026-11-22T10:00:00.000Z' })).status).toBe(
      201,
    );
  });

  it('the time of a note is ISO text or ms', async () => {
    const { body } = await note({ hs_note_body: 'In ms', hs_timestamp: '1763800000000' });
    expect(body.properties.hs_timestamp).toBe('2025-11-22T08:26:40.000Z');
  });

  it('a note that is created twice is there twice', async () => {
    const properties = { hs_note_body: 'Twice', hs_timestamp: '2026-11-22T10:00:00.000Z' };
    const [first, second] = [await note(properties), await note(properties)];
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('a note is longer than 65,536 characters: 400', async () => {
    const body = 'x'.repeat(65_537);
    expect((await note({ hs_note_body: body, hs_timestamp: '1763800000000' })).status).toBe(400);
  });

  it('a note hangs on the contact that it names', async () => {
    const contact = await makeContact(portal);
    const { body } = await portal.call('POST', notes, {
      properties: { hs_note_body: 'Linked', hs_timestamp: '1763800000000' },
      associations: [{ to: { id: contact.id }, types: [TO_CONTACT] }],
    });
    const read = await portal.call('GET', `${notes}/${body.id}?associations=contacts`);
    expect(read.body.associations).toMatchObject({ contacts: { results: [{ id: contact.id }] } });
  });
});

simulatorOnly('what a person has agreed to cannot be taken out again', () => {
  const dated = consent('2026-09');
  const old = consent('v3');
  const kindOf = async () => String((await portal.call('GET', `${dated}/definitions`)).body.results[0]?.id);
  const say = async (address: string, statusState: string) =>
    portal.call('POST', `${dated}/statuses/${address}`, {
      channel: 'EMAIL',
      statusState,
      subscriptionId: Number(await kindOf()),
      legalBasis: 'CONSENT_WITH_NOTICE',
      legalBasisExplanation: 'Form',
    });
  const statusOf = async (address: string) => {
    const { body } = await portal.call('GET', `${dated}/statuses/${address}?channel=EMAIL`);
    const kind = await kindOf();
    return body.results.find(({ subscriptionId }) => String(subscriptionId) === kind)?.status;
  };

  it('an address that has said nothing is not specified', async () => {
    expect(await statusOf('silent@example.com')).toBe('NOT_SPECIFIED');
  });

  it('what is said is read back', async () => {
    expect((await say('says@example.com', 'SUBSCRIBED')).status).toBe(200);
    expect(await statusOf('says@example.com')).toBe('SUBSCRIBED');
    await say('says@example.com', 'UNSUBSCRIBED');
    expect(await statusOf('says@example.com')).toBe('UNSUBSCRIBED');
  });

  it('the dated form brings back who has opted out', async () => {
    await say('back@example.com', 'UNSUBSCRIBED');
    expect((await say('back@example.com', 'SUBSCRIBED')).status).toBe(200);
    expect(await statusOf('back@example.com')).toBe('SUBSCRIBED');
  });

  it('v3 does not bring back who has opted out', async () => {
    await say('stays@example.com', 'UNSUBSCRIBED');
    const answer = await portal.call('POST', `${old}/subscribe`, {
      emailAddress: 'stays@example.com',
      subscriptionId: await kindOf(),
      legalBasis: 'CONSENT_WITH_NOTICE',
      legalBasisExplanation: 'Form',
    });
    expect(answer.status).toBe(400);
    expect(await statusOf('stays@example.com')).toBe('UNSUBSCRIBED');
  });

  it('an opt-out from everything ends every kind', async () => {
    await say('all@example.com', 'SUBSCRIBED');
    const path = `${dated}/statuses/all@example.com/unsubscribe-all?channel=EMAIL`;
    expect((await portal.call('POST', path)).status).toBe(200);
    expect(await statusOf('all@example.com')).toBe('UNSUBSCRIBED');
  });
});

simulatorOnly('custom events are sold with some tiers, and cannot be taken out again', () => {
  const events = '/events/custom/2026-09';
  const name = () => `pe${portal.portalId}_plan_changed`;

  it('a defined event is accepted with 204, alone and in batches of 500, and once for each uuid', async () => {
    const contact = await makeContact(portal);
    const defined = await portal.call('POST', `${events}/event-definitions`, {
      label: 'Plan changed',
      name: 'plan_changed',
      primaryObject: 'CONTACT',
      propertyDefinitions: [{ name: 'plan', label: 'Plan', type: 'string' }],
    });
    expect(defined.body.fullyQualifiedName).toBe(name());
    const event = (uuid: string) => ({
      eventName: name(),
      objectId: contact.id,
      uuid,
      properties: { plan: 'pro' },
    });
    expect((await portal.call('POST', `${events}/send`, event('u-1'))).status).toBe(204);
    const batch = (count: number) =>
      portal.call('POST', `${events}/send/batch`, {
        inputs: Array.from({ length: count }, (_, n) => event(`u-${n + 1}`)),
      });
    expect((await batch(2)).status).toBe(204);
    expect((await batch(501)).status).toBe(400);
    const read = await portal.call(
      'GET',
      `/events/event-occurrences/2026-09?objectType=contact&objectId=${contact.id}&eventType=${name()}`,
    );
    expect(read.body.results).toHaveLength(2);
  });
});
