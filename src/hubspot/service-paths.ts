import { API_VERSION, type PageQuery, queryString, segment } from './paths.ts';

/** Paths of what is not the CRM, in the same manner as `paths`. The families without a version of this year have no dated form. */
export const servicePaths = {
  oauthToken: () => `/oauth/${API_VERSION}/token`,
  oauthIntrospect: () => `/oauth/${API_VERSION}/token/introspect`,
  oauthRevoke: () => `/oauth/${API_VERSION}/token/revoke`,

  consentDefinitions: () => `/communication-preferences/${API_VERSION}/definitions`,
  consentStatuses: (email: string, channel?: string) =>
    `/communication-preferences/${API_VERSION}/statuses/${segment(email)}${queryString({ channel })}`,
  consentUnsubscribeAll: (email: string, channel: string) =>
    `/communication-preferences/${API_VERSION}/statuses/${segment(email)}/unsubscribe-all${queryString({ channel })}`,
  consentBatch: (action: 'read' | 'write' | 'unsubscribe-all', channel?: string) =>
    `/communication-preferences/${API_VERSION}/statuses/batch/${action}${queryString({ channel })}`,

  forms: (query: PageQuery = {}) => `/marketing/v3/forms${queryString(query)}`,
  form: (formId: string) => `/marketing/v3/forms/${segment(formId)}`,
  formSubmissions: (formId: string, query: PageQuery = {}) =>
    `/form-integrations/v1/submissions/forms/${segment(formId)}${queryString(query)}`,
  formSubmit: (portalId: string, formId: string, secure: boolean) =>
    `/submissions/v3/integration/${secure ? 'secure/' : ''}submit/${segment(portalId)}/${segment(formId)}`,

  customEvents: () => `/events/custom/${API_VERSION}/send`,
  customEventBatch: () => `/events/custom/${API_VERSION}/send/batch`,
  eventDefinitions: (query: PageQuery = {}) =>
    `/events/custom/${API_VERSION}/event-definitions${queryString(query)}`,
  eventDefinition: (name: string) => `/events/custom/${API_VERSION}/event-definitions/${segment(name)}`,

  appEvents: (version: string) => `/integrators/timeline/${segment(version)}/events`,
  appEventBatch: (version: string) => `/integrators/timeline/${segment(version)}/events/batch`,
} as const;
