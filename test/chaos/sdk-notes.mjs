// Creates notes with HubSpot's own SDK, in a process of its own: `node sdk-notes.mjs SDK_FOLDER URL TOKEN CONTACT_ID COUNT`.
import { createRequire } from 'node:module';

const [folder, basePath, accessToken, contactId, count] = process.argv.slice(2);
const { Client } = createRequire(`${folder}/package.json`)('@hubspot/api-client');
const client = new Client({ basePath, accessToken, numberOfApiCallRetries: 3 });
for (let number = 1; number <= Number(count); number += 1) {
  await client.crm.objects.notes.basicApi.create({
    properties: { hs_timestamp: new Date().toISOString(), hs_note_body: `sdk-note-${number}` },
    associations: [
      { to: { id: contactId }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ],
  });
}
