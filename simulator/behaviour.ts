import { z } from 'zod';

/**
 * Every point where HubSpot's behaviour is not documented, or differs between portals, is a switch here. The default is the
 * answer a careful client must survive. All can be changed while the portal runs (`POST /_simulator/options`).
 */
export const behaviourSchema = z.object({
  /** Answers of batches come in random order, as observed live. Off: input order, for tests that read answers by eye. */
  shuffleResults: z.boolean().default(true),
  /** DELETE and batch archive of an id that does not exist. Not verified; 204 is reported for deleted ids. */
  archiveUnknownId: z.enum(['204', '404']).default('204'),
  /** A lifecycle stage moved backward: 200 with the old value, or refused with 400. Reported, no recorded body. */
  lifecycleBackward: z.enum(['keep', 'refuse']).default('keep'),
  /** Stage given to new contacts that name none, as some portals are set up to do; '' for none. */
  defaultLifecycleStage: z.string().default(''),
  /** Two inputs of one batch create with the same address: the first wins and the second conflicts, or the batch is refused as duplicate. */
  duplicateEmailsInCreate: z.enum(['first-wins', 'refuse-batch']).default('first-wins'),
  /** Whether trace ids make an upsert by e-mail partial (207). Seen live, while the docs deny partial upserts by e-mail. */
  partialUpsertByEmail: z.boolean().default(true),
  /** Whether the 409 of a batch names the first existing id; both forms are recorded. */
  batchConflictNamesId: z.boolean().default(true),
  /** Whether equal errors of several inputs are listed as one error with several trace ids. */
  groupTraceErrors: z.boolean().default(false),
  /** Setting `email` to an address the same contact holds as an additional one: it becomes primary, or 409. */
  emailFromAdditional: z.enum(['promote', 'conflict']).default('promote'),
  /** Whether the first company a contact, deal or ticket is linked with becomes its primary one by itself. Differs between portals. */
  firstLinkIsPrimary: z.boolean().default(false),
  /** Whether a new primary company moves the modified date of its contact. Not documented; an incremental pull must not rely on it. */
  primaryTouchesModified: z.boolean().default(false),
  /** Links shown inline and by the v3 read: one entry for each record, or one for each kind of link, as live answers also show. */
  legacyLinkEntries: z.enum(['one', 'each']).default('one'),
  /** Whether `hubspot_owner_id` must name an active owner; off: any whole number passes. */
  checkOwners: z.boolean().default(true),
  /** Code for an id of an owner or a queue that is no whole number. Which of the known codes HubSpot gives here is not documented. */
  wrongIdCode: z.enum(['INVALID_INTEGER', 'INVALID_OPTION']).default('INVALID_INTEGER'),
  /** A new record without a pipeline in a portal with several: takes the default one, or 400. Reports disagree. */
  missingPipeline: z.enum(['default', 'refuse']).default('default'),
  /** A merge mints a new id; `primary` keeps the primary's id ("Primary ID Preservation", beta). */
  mergedId: z.enum(['new', 'primary']).default('new'),
  /** An upsert by the unique value a merge dropped: makes a new record, or finds the merged one. */
  mergedAwayUniqueValue: z.enum(['creates', 'resolves']).default('creates'),
  /** Strings longer than 65,536 characters: 400, or cut to the limit. */
  overlongStrings: z.enum(['refuse', 'cut']).default('refuse'),
  /** A property value of JSON null: 400, taken as clearing, or left out. Not documented. */
  nullValues: z.enum(['refuse', 'clear', 'ignore']).default('refuse'),
  /** Whether the 401 for missing credentials still speaks of API keys; both sentences are seen. */
  missingTokenNamesKeys: z.boolean().default(false),
  /** Which of the two recorded MISSING_SCOPES bodies is sent; `auto`: the first for writes, the second for reads. */
  missingScopesForm: z.enum(['auto', 'errors', 'context']).default('auto'),
  /** Whether calls answered 429 also fill the rolling window. Not documented. */
  countRejectedCalls: z.boolean().default(false),
  /** Whether search calls use up the daily budget. Not documented. */
  countSearchInDaily: z.boolean().default(true),
  /**
   * How long (ms of the portal's clock) search does not know of a change: a number, or a range from which each change draws its
   * own, so that later changes may show before earlier ones. 0: no lag. "A few moments" by the docs, seconds observed.
   */
  searchLag: z
    .union([
      z.number().int().min(0),
      z
        .strictObject({ minMs: z.number().int().min(0), maxMs: z.number().int().min(0) })
        .refine(({ minMs, maxMs }) => minMs <= maxMs, { error: 'minMs is above maxMs' }),
    ])
    .default({ minMs: 5_000, maxMs: 10_000 }),
  /** Whether records without a value meet NEQ, NOT_IN and NOT_CONTAINS_TOKEN of a search. Not documented. */
  searchMissingValues: z.enum(['excluded', 'included']).default('excluded'),
  /** A search by a date at ms 0 of 1970: answered, or failed with 500 as reported once. */
  searchEpochZero: z.enum(['answered', 'fails']).default('answered'),
  /** Whether calls of associations, which have a daily budget of their own, also use up the portal's. Not documented. */
  countAssociationsInDaily: z.boolean().default(true),
  /** Whether the 429 of a search also has a `policyName`; seen with and without. */
  searchLimitNamesPolicy: z.boolean().default(false),
  /** Ms of the portal's clock until DYNAMIC and SNAPSHOT lists are filled, and until a DYNAMIC one follows a changed record. */
  listProcessingMs: z.number().int().min(0).default(3_000),
  /** Seconds sent as Retry-After with a 429 of the portal itself; 0 sends none, since none is promised. */
  retryAfterSeconds: z.number().min(0).default(0),
  /** Days an address is refused after a privacy delete, null for ever. Docs: it can come back; the refusal is reported too. */
  addressBlockedDays: z.number().min(0).nullable().default(null),
  /** Highest number of addresses one contact may gather by merges (HubSpot: 250 identities, then 414). */
  maxIdentities: z.number().int().min(1).default(250),
  /** Properties an administrator made required on create; enforced on 2026-09 only, by plural object name. */
  requiredOnCreate: z.record(z.string(), z.array(z.string())).default({}),
  /** Conditional rules of an administrator; enforced on 2026-09 only. Without `values` any value triggers the rule. */
  conditionalRules: z
    .array(
      z.object({
        objectType: z.string(),
        property: z.string(),
        values: z.array(z.string()).optional(),
        requires: z.array(z.string()),
      }),
    )
    .default([]),
  /** Whether a refresh hands out a new refresh token and ends the old one. Not seen so far; a client has to store what comes back. */
  rotateRefreshTokens: z.boolean().default(false),
  /** Whether the portal lets no app in: every token call is 400 BAD_HUB. */
  denyApps: z.boolean().default(false),
  /** The field of a webhook's event that names its type: recorded as `subscriptionType`, documented as `eventType`. */
  webhookTypeField: z.enum(['subscriptionType', 'eventType', 'both']).default('subscriptionType'),
  /** Events come in any order. */
  webhookShuffle: z.boolean().default(true),
  /** Chance that an event is told twice. */
  webhookDuplicates: z.number().min(0).max(1).default(0.05),
  /** Ms of the portal's clock for which events are gathered before they are sent. */
  webhookDelayMs: z.number().min(0).default(200),
  /** Real ms until a receiver must have answered. */
  webhookTimeoutMs: z.number().min(1).default(5_000),
  /** By this the waits before further tries, together 24 h, are divided. */
  webhookClockSpeed: z.number().min(1).default(1),
  /** Whether the values of a new record are also told as propertyChange. Not documented. */
  webhookPropertyChangeOnCreate: z.boolean().default(true),
  /** Data privacy settings of the portal: a change of consent has to name its legal basis and explain it. */
  privacySettings: z.boolean().default(false),
  /** v3 subscribing an address that is subscribed already: 400 as seen by clients, or 200. No recorded body. */
  subscribeAgain: z.enum(['refuse', 'accept']).default('refuse'),
  /** Whether the portal makes and links a company from the domain of a contact's address ("automatically create companies"). */
  companyFromEmailDomain: z.boolean().default(false),
  /** Ms of the portal's clock after which it does. */
  companyDelayMs: z.number().min(0).default(2_000),
  /** Custom properties that one type of record may have (HubSpot's published figure). */
  maxCustomProperties: z.number().int().min(0).default(1_000),
  /** Properties that workflows, forms or lists use, so that they cannot be archived; by plural object name. */
  propertiesInUse: z.record(z.string(), z.array(z.string())).default({}),
  /** Whether the users behind OAuth tokens may change links; 2026-09 refuses it otherwise. */
  usersEditAssociations: z.boolean().default(true),
  /** An app's event for an address that no contact has: makes one, as documented of v3, or 404. */
  appEventUnknownEmail: z.enum(['create', 'refuse']).default('create'),
  /** Ms by which the daily usage may be late; HubSpot's is up to 300,000. */
  usageAgeMs: z.number().min(0).default(0),
  /** Custom events with an unknown name, record or property: taken as if nothing were wrong, or refused with 400. */
  wrongEvents: z.enum(['vanish', 'refuse']).default('vanish'),
  /** The first edition that has custom events; documented as Enterprise, reported from Professional on. */
  customEventsFrom: z.enum(['free', 'professional', 'enterprise']).default('professional'),
  /** Ms of the portal's clock from a form submission to its contact. Not documented; clients must not wait for it. */
  formContactDelayMs: z.number().min(0).default(2_000),
  /** Keep the ordered list of writes of every record (admin `history/...`). Off by default: it grows without bound. */
  recordHistory: z.boolean().default(false),
  /** Keep the trace ids of each request in the journal. */
  journalTraceIds: z.boolean().default(false),
});

export type Behaviour = z.infer<typeof behaviourSchema>;

/** Some switches, the rest left as they are. Unknown names are refused. */
export const behaviourPatchSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(behaviourSchema.shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
  ) as unknown as { [K in keyof Behaviour]: z.ZodOptional<z.ZodType<Behaviour[K]>> },
);

export type BehaviourPatch = z.input<typeof behaviourPatchSchema>;

/** All switches at their safe defaults, with `patch` over them. Throws a ZodError naming each bad switch. */
export function resolveBehaviour(patch: BehaviourPatch = {}, base?: Behaviour): Behaviour {
  const known = behaviourPatchSchema.parse(patch);
  return behaviourSchema.parse({ ...base, ...known });
}
