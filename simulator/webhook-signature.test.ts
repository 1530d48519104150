import { expect, it } from 'vitest';
import { signatureHeaders } from './webhook-signature.ts';

const PUBLISHED = {
  method: 'POST',
  url: 'https://www.example.com/webhook_uri',
  body: "{'example_field':'example_value'}",
  clientSecret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
  timestamp: 1_693_657_560_000,
};

it('signs version 3 as in the published example', () => {
  expect(signatureHeaders(PUBLISHED, ['v3'])).toEqual({
    'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
    'x-hubspot-request-timestamp': '1693657560000',
  });
});

it('signs version 1 over secret and body', () => {
  // printf '%s' "secret[]" | sha256sum
  expect(signatureHeaders({ ...PUBLISHED, clientSecret: 'secret', body: '[]' }, ['v1'])).toEqual({
    'x-hubspot-signature': 'e54739419ee05866a0e9d8df6b398edcb6c4e7b4c1e1a8c66b5fc889d024eb54',
    'x-hubspot-signature-version': 'v1',
  });
});

it.each([
  ['https://a.example.com/h?x=%3A%2f%40&y=%20', 'https://a.example.com/h?x=:/@&y=%20'],
  ['https://a.example.com/h?list=a%2Cb%3Bc', 'https://a.example.com/h?list=a,b;c'],
])('the address %s is signed as %s', (url, signed) => {
  const sign = (address: string) => signatureHeaders({ ...PUBLISHED, url: address }, ['v3']);
  expect(sign(url)).toEqual(sign(signed));
  expect(sign(url)).not.toEqual(sign(`${signed}x`));
});
