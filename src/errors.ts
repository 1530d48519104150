// Over 400 lines: one table of every code, from which the reference is written.

/**
 * The one base class of every error Spoke raises. `code` is stable and documented in docs/reference/errors.md;
 * `message` is one sentence with the received value and what to do next, free of secrets and personal data.
 */
export class SpokeError extends Error {
  readonly code: ErrorCode;
  /** Facts for logs and programs: never secrets or personal data. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; facts?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SpokeError';
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** Every code with what it means and what to do; the errors reference page is generated from this table. */
export const ERROR_CODES = {
  ALERT_NOT_SENT: {
    meaning: 'The webhook of SPOKE_ALERT_WEBHOOK_URL did not take a message.',
    remedy:
      'Check the address and what the receiver says; alerts are sent again every minute until it takes them.',
  },
  API_KEY_NOT_FOUND: {
    meaning: 'There is no API key with this id in the schema.',
    remedy: 'Look at the id; `spoke keys list` shows what there is.',
  },
  BULK_INVALID: {
    meaning: 'The query, the action or the options of a bulk change cannot be used.',
    remedy: 'Correct what the message names.',
  },
  BULK_NOT_FOUND: {
    meaning: 'There is no bulk change with this id in the schema.',
    remedy: 'Look at the id, at DATABASE_URL and at SPOKE_SCHEMA; `spoke bulk status` shows what there is.',
  },
  CONFIG_INVALID: {
    meaning: 'The environment or spoke.config.ts has one or more problems; all of them are listed.',
    remedy: 'Correct each line; the nearest valid name is suggested where a name is unknown.',
  },
  CONFIG_LOAD_FAILED: {
    meaning: 'spoke.config.ts threw while it was loaded, or something that it imports was not found.',
    remedy: 'See the cause, which names the place; install what is missing.',
  },
  CONFIG_NOT_FOUND: {
    meaning: 'No spoke.config file was found.',
    remedy: 'Create spoke.config.ts, or name the file with --config or SPOKE_CONFIG.',
  },
  DATABASE_BUSY: {
    meaning: 'No connection (embedded database: no turn) became free within the connect time-out.',
    remedy:
      'Raise SPOKE_POOL_SIZE, look for long transactions, and never open one transaction inside another.',
  },
  DATABASE_CLOSED: {
    meaning: 'A statement came after the database was closed, or after its transaction had ended.',
    remedy: 'Await every statement inside its transaction, and close the database last.',
  },
  DATABASE_COMMIT_UNKNOWN: {
    meaning: 'The connection was lost while a COMMIT was under way: whether it was committed is not known.',
    remedy:
      'Look whether the rows are there before doing the work again; an idempotency key makes that safe.',
  },
  DATABASE_INTEGER_UNSAFE: {
    meaning: 'A statement returned an integer beyond 2^53, which a JavaScript number cannot hold exactly.',
    remedy: 'Select the column as text.',
  },
  DATABASE_LOCKED: {
    meaning: 'Another process has the folder of the embedded database open; the message names it.',
    remedy:
      'Stop that process, or set DATABASE_URL to a Postgres server: there any number of processes can join.',
  },
  DATABASE_NEWER: {
    meaning: 'A newer version of Spoke has migrated this database.',
    remedy: 'Run that version or a newer one; there is no way back but a backup.',
  },
  DATABASE_NOT_MIGRATED: {
    meaning: 'The schema is missing, or lacks migrations that this version needs.',
    remedy: 'Run `spoke migrate`.',
  },
  DATABASE_REFUSED: {
    meaning: 'The database server answered and refused the user, the password or the database name.',
    remedy: 'Correct DATABASE_URL, or create the user and the database.',
  },
  DATABASE_ROLLED_BACK: {
    meaning: 'A statement failed inside a transaction, its error was swallowed, and COMMIT rolled back.',
    remedy: 'Let the error through, or wrap the statement in a savepoint.',
  },
  DATABASE_SCHEMA_INVALID: {
    meaning: 'The schema name is not 1 to 51 lower-case letters, digits or "_" (no digit first, no "pg_").',
    remedy: 'Correct SPOKE_SCHEMA.',
  },
  DATABASE_TIMEOUT: {
    meaning:
      'The server did not answer a statement in time, not even with an error; the connection was given up.',
    remedy: 'Look at the network and the load of the server; the work is tried again on a new connection.',
  },
  DATABASE_TOO_OLD: {
    meaning: 'The server is older than PostgreSQL 13.',
    remedy: 'Use PostgreSQL 13 or newer.',
  },
  DATABASE_UNREACHABLE: {
    meaning: 'No connection to the database could be made, or it was lost.',
    remedy: 'Look whether the server runs and is reachable from here at the host and port named.',
  },
  DATABASE_URL_INVALID: {
    meaning: 'DATABASE_URL is not a connection string.',
    remedy: 'Write it as postgres://user:password@host:5432/database; percent-encode special characters.',
  },
  DELIVERY_NAME_UNKNOWN: {
    meaning:
      'The portal has no list, label, pipeline, stage or subscription type with the name that the config uses.',
    remedy: 'Create it, or correct the name; waiting events go on by themselves, dead ones by a redrive.',
  },
  DELIVERY_RECORD_MISSING: {
    meaning: 'A link, list or activity waits for a record that HubSpot does not have.',
    remedy:
      'Record the event that creates it, or look at the id; waiting events go on by themselves, dead ones by a redrive.',
  },
  DELIVERY_CRASHED_WORKER: {
    meaning:
      'Workers died again and again while they held this event, the last times with nothing else in hand.',
    remedy: 'Look at the payload and the mapping of this event, then redrive or cancel it.',
  },
  DOMAIN_UNUSABLE: {
    meaning: 'No domain, by which the company should be identified, can be read from the value.',
    remedy: 'Give a domain, an address of a page or an e-mail address, or leave the company out.',
  },
  EFFECT_UNUSABLE: {
    meaning: 'An effect lacks something that HubSpot needs; the message names it.',
    remedy: 'Correct the mapping in spoke.config.ts, then redrive.',
  },
  EMAIL_UNUSABLE: {
    meaning: 'The e-mail address that should identify the contact is missing or not valid.',
    remedy: 'Correct the address at its source and record the event again.',
  },
  EVENT_MAPPING_FAILED: {
    meaning: "The config's own function threw, or returned something that is no record or effect.",
    remedy: 'Correct the function in spoke.config.ts, then redrive.',
  },
  EVENT_NOT_FOUND: {
    meaning: 'There is no event with this id in the schema.',
    remedy: 'Look at the id, at DATABASE_URL and at SPOKE_SCHEMA; `spoke events list` shows what there is.',
  },
  EVENT_PAYLOAD_INVALID: {
    meaning: 'The payload does not fit the schema of its event; the fields are named, their values are not.',
    remedy: 'Correct the producer, or widen the schema and redrive.',
  },
  EVENT_TYPE_UNKNOWN: {
    meaning: 'The config defines no event of this type and no alias with this name.',
    remedy: 'Correct the name, or define the event (or an alias) in spoke.config.ts, then redrive.',
  },
  FORM_FILES_MISSING: {
    meaning: 'The scripts that pages load from Spoke are not built.',
    remedy: 'Run `npm run build:browser` in the source tree; the package has them.',
  },
  FORM_UNKNOWN: {
    meaning: 'The config has no form of this name.',
    remedy: 'Look at the path: `/api/forms/NAME`, with the names of `forms` in the config.',
  },
  HTTP_BODY_INVALID: {
    meaning: 'The body of a request is not JSON.',
    remedy: 'Send one JSON object.',
  },
  HTTP_FAULT: {
    meaning: 'A request failed for a reason inside the server.',
    remedy: 'Look for the request id in the log of the process.',
  },
  HTTP_FORBIDDEN: {
    meaning: 'The API key lacks the scope that the request needs.',
    remedy: 'Use a key with that scope; `spoke keys list` shows the scopes of each.',
  },
  HTTP_INVALID: {
    meaning: 'Fields of a request are wrong; `fields` says which and why.',
    remedy: 'Correct them; the OpenAPI document at /openapi.json describes every request.',
  },
  HTTP_MEDIA_TYPE: {
    meaning: 'The body of a request is not said to be JSON.',
    remedy: 'Send it as `content-type: application/json`.',
  },
  HTTP_METHOD: {
    meaning: 'The path of a request exists and takes other methods.',
    remedy: 'Use one of those in the header `allow`.',
  },
  HTTP_NOT_FOUND: {
    meaning: 'There is nothing at the path of a request.',
    remedy: 'Look at the OpenAPI document at /openapi.json.',
  },
  HTTP_NOT_LISTENING: {
    meaning: 'The HTTP server could not take its address.',
    remedy: 'Free the port, or set SPOKE_HTTP_PORT and SPOKE_HTTP_HOST to another address of this machine.',
  },
  HTTP_TOO_LARGE: {
    meaning: 'The body of a request is larger than the limit.',
    remedy: 'Ask for less at once.',
  },
  HTTP_UNAUTHENTICATED: {
    meaning: 'A request has no API key, or one that is unknown or revoked.',
    remedy: 'Send `authorization: Bearer spk_…` with a key of `spoke keys create`.',
  },
  HUBSPOT_PROPERTY_MISSING: {
    meaning: 'The portal does not take a property that the config writes: it was removed, or made read-only.',
    remedy:
      'Create it again (`spoke properties plan`), or take it out of the config. What sets it waits, and goes on by itself.',
  },
  HUBSPOT_CONFLICT: {
    meaning: 'Another record already holds a value that must be unique.',
    remedy: 'Merge or correct the records in HubSpot, then redrive.',
  },
  HUBSPOT_FORBIDDEN: {
    meaning: 'The access token lacks a scope; the message names it.',
    remedy: 'Grant the scope to the service key or app in HubSpot.',
  },
  HUBSPOT_INPUT_MISSING: {
    meaning: 'HubSpot accepted a batch and did not mention one of its inputs.',
    remedy: 'Nothing: the event is tried again, safely.',
  },
  HUBSPOT_LOCKED: {
    meaning: 'HubSpot has locked the record under heavy writes.',
    remedy: 'Nothing: the event is tried again.',
  },
  HUBSPOT_MIGRATING: {
    meaning: 'HubSpot is moving the portal to another data centre.',
    remedy: 'Nothing: the event is tried again when HubSpot says.',
  },
  HUBSPOT_NOT_FOUND: {
    meaning: 'HubSpot does not know the record, or not the address.',
    remedy: 'Look at HUBSPOT_API_URL, or whether the record was deleted, then redrive.',
  },
  HUBSPOT_NO_ANSWER: {
    meaning:
      'The connection ended or timed out after the call was sent; whether it was applied is not known.',
    remedy: 'Nothing: the event is tried again, safely.',
  },
  HUBSPOT_OUTCOME_UNKNOWN: {
    meaning:
      'HubSpot gave no usable answer to a write of the client; whether it was applied is not known. `facts.repeatable` says whether the same call may be made again.',
    remedy:
      'When it is repeatable, make the same call again. When it is not, look in HubSpot first: a second call may make a second record.',
  },
  HUBSPOT_PATH_INVALID: {
    meaning: 'An id that is empty, `.` or `..` was to be used in a HubSpot path.',
    remedy: 'Correct the id; it would have named another endpoint.',
  },
  HUBSPOT_RATE_LIMITED: {
    meaning: 'A rate limit of the portal or app is used up.',
    remedy: 'Try again later; lower HUBSPOT_RATE_LIMIT if it lasts.',
  },
  HUBSPOT_REFUSED: {
    meaning: 'HubSpot refused the values of a record; the message names the properties.',
    remedy: 'Correct the mapping or the portal’s definition, then redrive.',
  },
  HUBSPOT_SEARCH_INVALID: {
    meaning: 'A search has more groups or filters than HubSpot takes.',
    remedy: 'Search in several parts, or filter what is found.',
  },
  HUBSPOT_TOO_LARGE: {
    meaning: 'HubSpot refused a request for its size.',
    remedy: 'Send less in one event.',
  },
  HUBSPOT_UNAUTHORIZED: {
    meaning: 'HubSpot does not accept the access token.',
    remedy: 'Create or rotate the token and set HUBSPOT_PRIVATE_APP_TOKEN.',
  },
  HUBSPOT_UNAVAILABLE: {
    meaning: 'HubSpot answered 408 or 5xx; whether the call was applied is not known.',
    remedy: 'Nothing: the event is tried again, safely.',
  },
  HUBSPOT_UNEXPECTED: {
    meaning: 'HubSpot gave an answer that cannot be used.',
    remedy: 'Check HUBSPOT_API_URL; if it is right, report the status and correlation id.',
  },
  HUBSPOT_UNREACHABLE: {
    meaning:
      'HubSpot could not be reached, did not answer in time, or answered with a fault of its own (5xx).',
    remedy: 'Check the network and HUBSPOT_API_URL, or try again later.',
  },
  HUBSPOT_UNREADABLE: {
    meaning: 'HubSpot answered with a body that cannot be used; whether the call was applied is not known.',
    remedy: 'Nothing: the event is tried again, safely.',
  },
  HUBSPOT_URL_INSECURE: {
    meaning: 'HUBSPOT_API_URL is plain http to another machine, which would carry the token in clear.',
    remedy: 'Use https; plain http is accepted for this machine only.',
  },
  HUBSPOT_URL_INVALID: {
    meaning: 'HUBSPOT_API_URL is not a plain http(s) address.',
    remedy: 'Use https://api.hubapi.com, without user name, query or fragment.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'The idempotency key was used before, by a request with other content.',
    remedy: 'Use a new key for a new request, and the very same content for a repetition.',
  },
  IMPORT_LINE_INVALID: {
    meaning:
      'A line of the file is no event: not UTF-8, not a JSON object, or its keys are missing or unknown.',
    remedy:
      'Correct the line and import the file again; with idempotency keys, what is there already is left alone.',
  },
  IMPORT_LINE_TOO_LONG: {
    meaning: 'A line of the file is longer than an event with the largest allowed payload can be.',
    remedy: 'Store large content elsewhere and send a reference, or raise SPOKE_MAX_PAYLOAD.',
  },
  MIGRATION_CHANGED: {
    meaning: 'A migration that was applied differs from the file of this version.',
    remedy: 'Restore the file as it was released; make changes in a new migration.',
  },
  MIGRATION_FAILED: {
    meaning: 'A migration stopped with an error and was rolled back; those before it stay.',
    remedy: 'Remove the cause that the message names and run `spoke migrate` again.',
  },
  MIGRATION_GAP: {
    meaning: 'The numbers of the migrations, in the folder or in the database, have a gap or a repeat.',
    remedy: 'Install the package anew; if the table of migrations was edited by hand, restore it.',
  },
  MIGRATION_LOCKED: {
    meaning: 'Another process was migrating this schema for longer than the limit (60 s).',
    remedy: 'Wait for it, or end its session, and run `spoke migrate` again.',
  },
  MIRROR_LIST_UNKNOWN: {
    meaning: 'The portal has no list with this name or id.',
    remedy: 'Look at the name; `spoke lists` shows what there is.',
  },
  MIRROR_LIST_UNSETTLED: {
    meaning: 'HubSpot is still filling a list, or said that it has members and showed none.',
    remedy: 'Nothing: who has left is looked at with the next reading. Those who joined are there.',
  },
  MIRROR_NOT_CONFIGURED: {
    meaning: 'The config says nothing of a mirror.',
    remedy: 'Name the object types under `mirror` in spoke.config.ts.',
  },
  MIRROR_NOT_READ: {
    meaning: 'There has been no complete reading of the object type that changes could be added to.',
    remedy: 'Run `spoke pull all`, or let `spoke start` do it.',
  },
  MIRROR_OBJECT_UNKNOWN: {
    meaning: "The object type is not one of those that the config's mirror names, or that the mirror holds.",
    remedy: 'Correct the name, or add it under `mirror.objects`.',
  },
  MIRROR_QUERY_INVALID: {
    meaning:
      'A query of the mirror has an unknown property, operator, segment, order or cursor, or a value that does not fit.',
    remedy: 'Correct what the message names; the rules are in the reference of the config.',
  },
  NOTE_UNUSABLE: {
    meaning: 'A note is empty, too long as HTML, or has an invalid date.',
    remedy: 'Give text (which is shortened when too long) or shorter HTML, and a valid date.',
  },
  OAUTH_DISCONNECTED: {
    meaning:
      'There is no refresh token, or HubSpot no longer takes it: the app was uninstalled or its user removed.',
    remedy:
      'Have the app authorised again in HubSpot; nothing is tried again until there is a new refresh token.',
  },
  OAUTH_REFUSED: {
    meaning: 'HubSpot refused an OAuth call for what it was given; the message names it.',
    remedy: 'Correct the client id, secret or redirect address, or have the app authorised again.',
  },
  OAUTH_STORE_FAILED: {
    meaning: "The application's own store of the refresh token raised an error when it was read.",
    remedy: 'Look into the store; the name of its error is in the facts.',
  },
  OUTBOX_BUSY: {
    meaning:
      'Another transaction recorded the same idempotency key at the same time, and this one cannot see how that ended.',
    remedy: 'Run the transaction again; record events with several keys in the same order everywhere.',
  },
  OUTBOX_FORBIDDEN: {
    meaning: "The application's database role lacks a privilege on Spoke's schema, function or table.",
    remedy: 'Grant usage on the schema, execute on its functions, and select and insert on outbox_events.',
  },
  OUTBOX_HANDLE_UNKNOWN: {
    meaning: 'track was given something that is no client or transaction it knows.',
    remedy: 'Pass what the library calls client, transaction, trx, tx or sql; await it if it is a promise.',
  },
  OUTBOX_IDEMPOTENCY_CONFLICT: {
    meaning: 'The idempotency key belongs to an event with another type or payload; the receipt holds both.',
    remedy: 'Use a new key for a new event, and the very same content for a repetition.',
  },
  OUTBOX_NOT_INSTALLED: {
    meaning: "Spoke's function or table is missing in the database of this connection.",
    remedy: 'Run `spoke migrate` on that database, or correct SPOKE_SCHEMA.',
  },
  OUTBOX_OPTION_INVALID: {
    meaning: 'An idempotency key, record key, priority or time that was given with an event cannot be used.',
    remedy: 'Correct the option that the message names.',
  },
  OUTBOX_PAYLOAD_INVALID: {
    meaning: 'The payload is no object, or cannot be written as JSON that Postgres takes.',
    remedy: 'Pass an object of text, numbers, booleans, dates, lists and objects; send a BigInt as text.',
  },
  OUTBOX_PAYLOAD_TOO_LARGE: {
    meaning: 'The payload as JSON has more bytes than the limit.',
    remedy: 'Store large content elsewhere and send a reference, or raise SPOKE_MAX_PAYLOAD.',
  },
  OUTBOX_READ_ONLY: {
    meaning: 'The transaction is read-only, or the connection leads to a standby.',
    remedy: 'Record events in a transaction that may write, on the primary.',
  },
  OUTBOX_REJECTED: {
    meaning: "A constraint or trigger that was added to Spoke's table refused the event.",
    remedy: 'Look at the SQLSTATE and at what was added to outbox_events.',
  },
  OUTBOX_TRANSACTION_ABORTED: {
    meaning:
      'An earlier statement of the application had failed, so the transaction takes no more statements.',
    remedy: 'Find that statement: the transaction is going to roll back, with or without the event.',
  },
  OUTBOX_TYPE_INVALID: {
    meaning: 'An event type is not 1 to 100 letters, digits, "_", "." or "-", a letter first.',
    remedy: 'Correct the name.',
  },
  OUTBOX_UNAVAILABLE: {
    meaning: 'The event could not be recorded for a reason outside it, such as a lost connection.',
    remedy:
      'Look at the SQLSTATE and at the database; the log line and the counter tell how often it happened.',
  },
  OUTBOX_WAIT_IN_TRANSACTION: {
    meaning:
      'The outcome of an event was waited for inside an open transaction, which would wait for itself.',
    remedy: 'Call waitFor after the commit, or with a pool.',
  },
  PGLITE_FAILED: {
    meaning: 'The embedded database could not be opened.',
    remedy: 'Look at the cause; a folder written by another PostgreSQL version or damaged needs its backup.',
  },
  PGLITE_MISSING: {
    meaning: 'DATABASE_URL is not set and the optional package of the embedded database is not installed.',
    remedy: 'Set DATABASE_URL, or install @electric-sql/pglite.',
  },
  PORTAL_CHANGED: {
    meaning: 'The database belongs to another portal than the token.',
    remedy: 'Use another SPOKE_SCHEMA or database for another portal; links and marks belong to one.',
  },
  PORTAL_MISMATCH: {
    meaning: 'The token is not of the portal that HUBSPOT_PORTAL_ID names.',
    remedy: 'Correct the token or HUBSPOT_PORTAL_ID.',
  },
  PROPERTY_VALUE_UNUSABLE: {
    meaning:
      'A property was given a value that has no form at HubSpot (NaN, an invalid date, an object, too long).',
    remedy: 'Convert the value in the effects function of the event, then redrive.',
  },
  PULL_REQUEST_INVALID: {
    meaning: 'What was asked of a pull is outside of what is possible.',
    remedy: 'Correct the value that the message names.',
  },
  PULL_RUNNING: {
    meaning: 'A pull of the same kind is not over.',
    remedy: 'Wait for it; a run whose process died is given up after a minute.',
  },
  PULL_RUN_NOT_FOUND: {
    meaning: 'There is no run of a pull with this id.',
    remedy: 'Look at the id; runs are kept for 90 days.',
  },
  PULL_UNAVAILABLE: {
    meaning: 'The process was asked to read the portal and does not do that.',
    remedy: 'Ask a `spoke start` that delivers live with a mirror in its config, or run `spoke pull`.',
  },
  RECORD_ID_UNUSABLE: {
    meaning: 'The value that should identify the record is missing, too long or has control characters.',
    remedy: 'Give a stable, non-empty id of at most 255 characters.',
  },
  RECORD_NOT_FOUND: {
    meaning: 'No event of the record with this key has been recorded in the schema.',
    remedy: 'Look at the key (type:property:value, as `spoke events show` prints it) and at SPOKE_SCHEMA.',
  },
  REDRIVE_INVALID: {
    meaning: 'The filter or the options of a redrive cannot be used.',
    remedy: 'Correct what the message names.',
  },
  REDRIVE_NOT_FOUND: {
    meaning: 'There is no redrive with this id in the schema.',
    remedy:
      'Look at the id, at DATABASE_URL and at SPOKE_SCHEMA; `spoke redrive status` shows what there is.',
  },
  SEGMENT_NOT_FOUND: {
    meaning: 'The database has no segment of this name.',
    remedy:
      'Look at the name; `spoke segments` shows what there is, `spoke segments evaluate` brings new ones.',
  },
  SEGMENTS_BUSY: {
    meaning: 'Another process was evaluating the segments.',
    remedy: 'Try again in a moment: what it finds holds for all.',
  },
  SUBMISSION_CONFLICT: {
    meaning: 'Other fields came under the id of this submission before.',
    remedy: 'Send changed fields under a new id; the same fields again are the same submission.',
  },
  SUBMISSION_INVALID: {
    meaning: 'Fields of a submission are missing or cannot be used.',
    remedy: 'Correct the fields that the answer names.',
  },
  SUBMISSION_NOT_FOUND: {
    meaning: 'There is no submission with this id in the schema, or the token is not its own.',
    remedy: 'Look at the id; `spoke submissions list` shows what there is.',
  },
  SUBMISSION_NOT_HELD: {
    meaning: 'The submission is not in quarantine, so there is nothing to release.',
    remedy: 'Look at its state with `spoke submissions show`.',
  },
  SUBMISSION_RATE: {
    meaning: 'More submissions came from one address, for one e-mail address or form than the limits allow.',
    remedy:
      'Send it again after the time of `retry-after`, under the same id; see website.limits in the config.',
  },
  TOKEN_EMPTY: {
    meaning: 'The configured place of the HubSpot token is empty.',
    remedy: 'Put the token there.',
  },
  TOKEN_INVALID: {
    meaning: 'The configured HubSpot token is not one line of printable characters.',
    remedy: 'Put the token there and nothing else.',
  },
  TOKEN_UNREADABLE: {
    meaning: 'The file with the HubSpot token could not be read.',
    remedy: 'Check the path and its permissions.',
  },
  UPLOAD_BUSY: {
    meaning: 'Another request is sending the same file.',
    remedy: 'Wait until it has ended, then go on where it got to.',
  },
  UPLOAD_INVALID: {
    meaning: 'A file of this size or kind is not taken; `fields` says which of both.',
    remedy: 'Send another file, or change `website.uploads` or the field of the form.',
  },
  UPLOAD_NOT_FOUND: {
    meaning: 'There is no such upload, or its ticket has run out, or the token is another one.',
    remedy: 'Ask for a new upload.',
  },
  UPLOAD_RANGE: {
    meaning: 'The bytes do not follow on those that have come, or are not as many as were announced.',
    remedy: 'Ask how far the upload is, and go on there.',
  },
  UPLOAD_RATE: {
    meaning: 'More files were sent from one network address than `website.uploads.perAddress` allows.',
    remedy: 'Wait as long as `retry-after` says, or raise the limit.',
  },
  UPLOAD_STORE_UNUSABLE: {
    meaning: 'The store of `website.uploads` cannot be used; the message says why.',
    remedy: 'Install the packages that it names, or correct the store.',
  },
  USAGE_INVALID: {
    meaning: 'The command line has an unknown command or option, or a value that does not fit.',
    remedy: 'Correct it; --help after the command shows what there is.',
  },
  WEBHOOK_PORTAL_FOREIGN: {
    meaning: 'A webhook that HubSpot signed is about another portal only.',
    remedy: 'Remove the subscription of that portal, or give it a Spoke of its own.',
  },
  WEBHOOK_SIGNATURE_INVALID: {
    meaning:
      'It is not proven that HubSpot sent a webhook: its signature is missing, wrong, or older than 5 minutes.',
    remedy:
      'Set HUBSPOT_APP_SECRET to the client secret of the app, and SPOKE_PUBLIC_URL to the address in its settings; look at the clock.',
  },
  WRITE_BACK_INVALID: {
    meaning: 'A table or column that the config names under writeBack is not in the database.',
    remedy: 'Add the columns that `spoke write-back sql TABLE` prints, or correct the names in the config.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
