import type { Portal } from './portal.ts';

/** Companies among the events, however many of these there are. */
const COMPANIES = 500;

/** `$1` payloads over `$2` contacts: the events of one contact lie as far apart as they can. */
export const REDEMPTIONS = `
  select jsonb_build_object(
    'email', format('contact-%s@example.com', n % $2), 'firstname', 'Ada', 'lastname', format('Example %s', n % $2),
    'merchant', format('m-%s', n % ${COMPANIES}), 'redemption', format('r-%s', n), 'amount', n % 90) as payload
  from generate_series(1, $1::bigint) n`;

/** Makes the unique properties by which companies and deals are known. */
export async function prepareRedemptions({ url, token }: Portal): Promise<void> {
  for (const [objectType, name, groupName] of [
    ['companies', 'merchant_id', 'companyinformation'],
    ['deals', 'redemption_id', 'dealinformation'],
  ] as const) {
    const answer = await fetch(`${url}/crm/properties/2026-09/${objectType}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name,
        label: name,
        type: 'string',
        fieldType: 'text',
        groupName,
        hasUniqueValue: true,
      }),
    });
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status} to the property ${name}.`);
  }
}
