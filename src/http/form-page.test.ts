import { describe, expect, it } from 'vitest';
import { FORM_PAGE_POLICY, formPage } from './form-page.ts';

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '" autofocus onfocus="alert(1)',
  "' style='background:url(javascript:alert(1))",
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '<a href="javascript:alert(1)">x</a>',
  '\u2028<script>',
  '{{constructor.constructor("alert(1)")()}}',
] as const;

/** Tags and attributes of the page, without its texts. */
const marksOf = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

describe('the page for visitors without script', () => {
  it.each(ATTACKS)('shows %s as text wherever it stands', (attack) => {
    const page = (text: string) =>
      formPage({
        language: text,
        title: text,
        message: text,
        problems: [{ label: text, message: text }],
        back: `https://www.example.com/${text}`,
      });
    expect(marksOf(page(attack))).toEqual(marksOf(page('plain')));
  });

  it('loads and runs nothing but its own style', () => {
    expect(FORM_PAGE_POLICY).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(formPage({ language: 'en', title: 'a', message: 'b' })).not.toMatch(
      /<script|<link|src=| on\w+=|style=/i,
    );
  });
});
