/** One kind of record, with what is enough to make one. */
export interface Kind {
  type: string;
  singular: string;
  typeId: string;
  /** How error sentences call it. */
  upperName: string;
  /** Least properties of a new record, with `word` in the one that a person would look for. */
  valid: (word: string) => Record<string, string>;
  /** A text property that anyone may set. */
  text: string;
  /** The group that new properties are put in. */
  group: string;
  /** What an answer holds when no properties are asked for. */
  defaults: readonly string[];
  /** The property that holds the time of the last change. */
  modified: string;
}

const MOMENT = '2026-11-20T10:00:00.000Z';

/** The kinds of record with defaults of their own. */
export const KINDS: readonly Kind[] = [
  {
    type: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    upperName: 'CONTACT',
    valid: (word) => ({ email: `${word}@example.com` }),
    text: 'jobtitle',
    group: 'contactinformation',
    defaults: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    modified: 'lastmodifieddate',
  },
  {
    type: 'companies',
    singular: 'company',
    typeId: '0-2',
    upperName: 'COMPANY',
    valid: (word) => ({ name: word }),
    text: 'city',
    group: 'companyinformation',
    defaults: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    modified: 'hs_lastmodifieddate',
  },
  {
    type: 'deals',
    singular: 'deal',
    typeId: '0-3',
    upperName: 'DEAL',
    valid: (word) => ({ dealname: word, dealstage: 'appointmentscheduled', pipeline: 'default' }),
    text: 'description',
    group: 'dealinformation',
    defaults: [
      'amount',
      'closedate',
      'createdate',
      'dealname',
      'dealstage',
      'hs_lastmodifieddate',
      'hs_object_id',
      'pipeline',
    ],
    modified: 'hs_lastmodifieddate',
  },
  {
    type: 'tickets',
    singular: 'ticket',
    typeId: '0-5',
    upperName: 'TICKET',
    valid: (word) => ({ subject: word, hs_pipeline: '0', hs_pipeline_stage: '1' }),
    text: 'content',
    group: 'ticketinformation',
    defaults: [
      'createdate',
      'content',
      'hs_lastmodifieddate',
      'hs_object_id',
      'hs_pipeline',
      'hs_pipeline_stage',
      'hs_ticket_category',
      'hs_ticket_priority',
      'subject',
    ],
    modified: 'hs_lastmodifieddate',
  },
];

/** Kinds that stand on the timeline of others. */
export const ACTIVITIES = [
  { type: 'notes', singular: 'note', typeId: '0-46', text: 'hs_note_body' },
  { type: 'tasks', singular: 'task', typeId: '0-27', text: 'hs_task_subject' },
  { type: 'calls', singular: 'call', typeId: '0-48', text: 'hs_call_title' },
  { type: 'meetings', singular: 'meeting', typeId: '0-47', text: 'hs_meeting_title' },
].map((kind) => ({
  ...kind,
  valid: (word: string): Record<string, string> => ({ hs_timestamp: MOMENT, [kind.text]: word }),
}));
