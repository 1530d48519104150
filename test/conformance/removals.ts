import type { Answer, Body } from './answer.ts';

/** How something that a call made is taken out of the portal again. */
export interface Removal {
  method: 'DELETE';
  path: string;
}

interface Rule {
  method: 'POST' | 'PUT';
  /** Matched against the path without its query; group 1 is the path that ids are put behind. */
  path: RegExp;
  /** What names each made thing: '' when the path does, undefined for an entry that was there before. */
  ids: (body: Body) => (unknown | undefined)[];
  query?: string;
}

const VERSION = '(?:v[34]|\\d{4}-\\d{2})';
const OBJECTS = `/crm/(?:${VERSION}/objects|objects/${VERSION})/[^/]+`;
const PROPERTIES = `/crm/(?:${VERSION}/properties|properties/${VERSION})/[^/]+`;
const PIPELINES = `/crm/(?:${VERSION}/pipelines|pipelines/${VERSION})/[^/]+`;
const LISTS = `/crm/(?:${VERSION}/lists|lists/${VERSION})`;
const LABELS = `/crm/(?:${VERSION}/associations|associations/${VERSION})/[^/]+/[^/]+/labels`;
const DEFINITIONS = `/events/(?:${VERSION}|custom/${VERSION})/event-definitions`;

const own = (field: string) => (body: Body) => [body[field]];
const each = (field: string) => (body: Body) => (body.results ?? []).map((result) => result[field]);

const RULES: readonly Rule[] = [
  { method: 'POST', path: new RegExp(`^(${OBJECTS})(?:/merge)?$`), ids: own('id') },
  { method: 'POST', path: new RegExp(`^(${OBJECTS})/batch/create$`), ids: each('id') },
  {
    method: 'POST',
    path: new RegExp(`^(${OBJECTS})/batch/upsert$`),
    ids: (body) => (body.results ?? []).map((result) => (result.new ? result.id : undefined)),
  },
  { method: 'POST', path: new RegExp(`^(${PROPERTIES}(?:/groups)?)$`), ids: own('name') },
  { method: 'POST', path: new RegExp(`^(${PROPERTIES})/batch/create$`), ids: each('name') },
  { method: 'POST', path: new RegExp(`^(${LISTS})$`), ids: (body) => [body.list?.listId] },
  { method: 'PUT', path: new RegExp(`^(${LISTS}/[^/]+)/restore$`), ids: () => [''] },
  // What still stands in a pipeline was made by the run too, and is removed before it.
  {
    method: 'POST',
    path: new RegExp(`^(${PIPELINES})$`),
    ids: own('id'),
    query: '?validateReferencesBeforeDelete=false&validateDealStageUsagesBeforeDelete=false',
  },
  // Both directions of a label go with either of them.
  { method: 'POST', path: new RegExp(`^(${LABELS})$`), ids: (body) => each('typeId')(body).slice(0, 1) },
  { method: 'POST', path: /^(\/marketing\/v3\/forms)$/, ids: own('id') },
  { method: 'POST', path: new RegExp(`^(${DEFINITIONS})$`), ids: own('name') },
];

/** What an answered call has put into the portal, by its path and its answer. Empty when it made nothing. */
export function removalsAfter(method: string, url: string, answer: Answer): Removal[] {
  if (answer.status < 200 || answer.status > 299) return [];
  const [path = ''] = url.split('?', 1);
  return RULES.flatMap((rule) => {
    const base = rule.method === method ? rule.path.exec(path)?.[1] : undefined;
    if (base === undefined) return [];
    return rule
      .ids(answer.body)
      .filter((id) => id !== undefined)
      .map((id) => ({
        method: 'DELETE' as const,
        path: `${base}${id === '' ? '' : `/${id}`}${rule.query ?? ''}`,
      }));
  });
}
