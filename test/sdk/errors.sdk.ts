import { expect, it } from 'vitest';
import { clientOf, connected } from './connect.ts';

const portal = connected();

it('throws ApiException with code, body and headers for a conflict', async () => {
  const { basicApi } = portal.client.crm.contacts;
  const { id } = await basicApi.create({ properties: { email: 'taken@example.com' }, associations: [] });
  const failed = await basicApi
    .create({ properties: { email: 'taken@example.com' }, associations: [] })
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: 409,
    body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
  });
});

it('throws for values that do not fit', async () => {
  await expect(
    portal.client.crm.contacts.basicApi.create({
      properties: { nope: 'x', email: 'x@example.com' },
      associations: [],
    }),
  ).rejects.toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
});

it('throws for a token that is not accepted, and for one without the scope', async () => {
  await expect(clientOf(portal.simulator, 'wrong').crm.contacts.getAll()).rejects.toMatchObject({
    code: 401,
  });
  portal.simulator.addToken({ token: 'pat-reader', scopes: ['crm.objects.contacts.read'] });
  const reader = clientOf(portal.simulator, 'pat-reader');
  expect(await reader.crm.contacts.getAll()).toHaveLength(1);
  await expect(
    reader.crm.contacts.basicApi.create({ properties: { email: 'y@example.com' }, associations: [] }),
  ).rejects.toMatchObject({ code: 403, body: { category: 'MISSING_SCOPES' } });
});

it('throws for a portal whose limit is used up', async () => {
  portal.simulator.setLimits({ perWindow: 1 });
  await portal.client.crm.contacts.basicApi.getPage().catch(() => undefined);
  await expect(portal.client.crm.contacts.basicApi.getPage()).rejects.toMatchObject({
    code: 429,
    body: { policyName: 'TEN_SECONDLY_ROLLING' },
  });
  portal.simulator.setLimits('none');
});
