import { expect, test } from 'vitest';
import { escapeHtml } from './html.ts';

test.each([
  ['<script>alert("x")</script>', '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;'],
  ["Tom & Jerry's", 'Tom &amp; Jerry&#39;s'],
  ['&amp;', '&amp;amp;'],
  ['plain 🙂', 'plain 🙂'],
])('%j is escaped as %j', (given, expected) => {
  expect(escapeHtml(given)).toBe(expected);
});
