/** A request as a client would send it. */
export interface Sample {
  method: string;
  /** With the query string. */
  path: string;
  /** Sent as JSON; a text is sent as it is, as a form. */
  body?: unknown;
  /** Default the portal's own. */
  token?: string;
}

/** What a prepared portal holds for requests to be about. */
export interface Ids {
  contact: string;
  other: string;
  company: string;
  deal: string;
  label: string;
  list: string;
  secondList: string;
  deletedList: string;
  dynamicList: string;
  pipeline: string;
  stage: string;
  freeStage: string;
  webhookSubscription: string;
  code: string;
  accessToken: string;
  refreshToken: string;
  journalToken: string;
  journalSubscription: string;
  journalFilter: string;
  snapshot: string;
  offset: string;
  filePath: string;
  eventTemplate: string;
}

export const APP = {
  appId: 700,
  clientId: 'client-1',
  clientSecret: 'secret-1',
  redirectUri: 'https://example.com/back',
};
/** Of the same app, without a user. */
export const APP_TOKEN = 'pat-na1-fuzz-app';
export const APP_EVENT = 'plan_ended';
export const DEVELOPER_KEY = 'developer-key';
export const FORM = '11111111-1111-4111-8111-111111111111';
export const FUZZ_PORTAL = 77;
/** Nothing listens there. */
export const NOWHERE = 'http://127.0.0.1:9/hooks';

/** The address of the first contact. */
export const EMAIL = 'a@example.com';
export const EVENT = `pe${FUZZ_PORTAL}_plan_changed`;
export const EVENT_DEFINITION = {
  label: 'Plan changed',
  name: 'plan_changed',
  description: 'Another plan was bought',
  primaryObject: 'CONTACT',
  propertyDefinitions: [{ name: 'plan', label: 'Plan', type: 'string' }],
};
