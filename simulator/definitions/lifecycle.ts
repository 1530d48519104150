/** The lifecycle stages in the order in which the stage may only move forward. */
export const LIFECYCLE_STAGES: readonly string[] = [
  'subscriber=Subscriber',
  'lead=Lead',
  'marketingqualifiedlead=Marketing Qualified Lead',
  'salesqualifiedlead=Sales Qualified Lead',
  'opportunity=Opportunity',
  'customer=Customer',
  'evangelist=Evangelist',
  'other=Other',
];

export const LEAD_STATUSES: readonly string[] = [
  'NEW=New',
  'OPEN=Open',
  'IN_PROGRESS=In Progress',
  'OPEN_DEAL=Open Deal',
  'UNQUALIFIED=Unqualified',
  'ATTEMPTED_TO_CONTACT=Attempted to Contact',
  'CONNECTED=Connected',
  'BAD_TIMING=Bad Timing',
];

/** Where visitors come from, as analytics tells it. */
export const SOURCES: readonly string[] = [
  'ORGANIC_SEARCH',
  'PAID_SEARCH',
  'EMAIL_MARKETING',
  'SOCIAL_MEDIA',
  'REFERRALS',
  'OTHER_CAMPAIGNS',
  'DIRECT_TRAFFIC',
  'OFFLINE',
  'PAID_SOCIAL',
];
