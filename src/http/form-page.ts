import { createHash } from 'node:crypto';
import { escapeHtml } from '../mapping/transforms/html.ts';

/** What a visitor without script is shown. */
export interface FormPage {
  readonly language: string;
  readonly title: string;
  readonly message: string;
  /** Label and what is wrong with it. */
  readonly problems?: readonly { readonly label: string; readonly message: string }[];
  /** The page that the form stands on. */
  readonly back?: string | undefined;
}

const BACK: Readonly<Record<string, string>> = { en: 'Back', es: 'Volver', de: 'Zurück' };

const STYLE =
  ':root{color-scheme:light dark}body{font:1.05rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.25rem}';

/** The only thing that the page loads or runs is its own style, known by its hash. */
export const FORM_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A small page without script. Every text in it is escaped. */
export function formPage({ language, title, message, problems = [], back }: FormPage): string {
  const list = problems
    .map(({ label, message }) => `<li><strong>${escapeHtml(label)}</strong>: ${escapeHtml(message)}</li>`)
    .join('');
  const link =
    back === undefined
      ? ''
      : `<p><a href="${escapeHtml(back)}">${BACK[language.slice(0, 2)] ?? BACK.en}</a></p>`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p role="status">${escapeHtml(message)}</p>${list === '' ? '' : `<ul>${list}</ul>`}${link}</main></body>
</html>
`;
}
