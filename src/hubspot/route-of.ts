/**
 * The words of HubSpot's paths that logs may show. A word that is missing here is shown as `:id`: that hides a little too
 * much, while the reverse would put e-mail addresses and names into logs.
 */
const WORDS = new Set(
  `account-info add add-and-remove all api-usage archive associate associations batch create crm crm-object-schemas
   custom-properties daily default details gdpr-delete get groups join-order labels limits lists memberships merge name
   oauth object-type-id objects owners pipelines private-apps properties property-validations read records remove schemas
   search stages update upsert access-token-info
   communication-preferences custom definitions event-definitions events form-integrations forms integration integrators
   introspect marketing property revoke secure send statuses submissions submit timeline token unsubscribe-all
   write`.split(/\s+/),
);
/** A version of the API, dated or numbered. */
const VERSION = /^(?:\d{4}-\d{2}(?:-beta)?|v\d)$/;
/** The words after which an object type stands. */
const BEFORE_TYPE = new Set(['associations', 'default', 'object-type-id', 'records']);
/** Families whose first parts after the version are so many object types. */
const TYPES_FIRST: Readonly<Record<string, number>> = {
  'crm/objects': 1,
  'crm/associations': 2,
  'crm/properties': 1,
  'crm/pipelines': 1,
  'crm/property-validations': 1,
};

/** A path as logs may show it: without query, and with `:id` for whatever is neither a word of HubSpot nor an object type. */
export function routeOf(path: string): string {
  const [pathname = ''] = path.split('?', 1);
  const parts = pathname.split('/');
  const types = TYPES_FIRST[`${parts[1]}/${parts[2]}`] ?? 0;
  return parts
    .map((part, place) => {
      if (part === '' || WORDS.has(part) || VERSION.test(part)) return part;
      const isType =
        (place >= 4 && place < 4 + types) || (place > 4 && BEFORE_TYPE.has(parts[place - 1] ?? ''));
      return isType && /^[\w-]{1,100}$/.test(part) ? part : ':id';
    })
    .join('/');
}
