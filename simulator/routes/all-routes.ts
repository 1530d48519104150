import type { Route } from '../router.ts';
import { accountRoutes } from './account.ts';
import { appEventRoutes } from './app-events.ts';
import { appWebhookRoutes } from './app-webhooks.ts';
import { associationBatchRoutes } from './association-batches.ts';
import { associationLabelRoutes } from './association-labels.ts';
import { associationRoutes } from './associations.ts';
import { batchRoutes } from './batches.ts';
import { changeJournalRoutes } from './change-journal.ts';
import { consentRoutes } from './consent.ts';
import { consentBatchRoutes } from './consent-batch.ts';
import { consentV3Routes } from './consent-v3.ts';
import { eventDefinitionRoutes } from './event-definitions.ts';
import { eventOccurrenceRoutes } from './event-occurrences.ts';
import { eventSendRoutes } from './event-send.ts';
import { eventTemplateRoutes } from './event-templates.ts';
import { formSubmissionRoutes } from './form-submissions.ts';
import { formSubmitRoutes } from './form-submit.ts';
import { formRoutes } from './forms.ts';
import { gdprDeleteRoutes } from './gdpr-delete.ts';
import { journalFilterRoutes } from './journal-filters.ts';
import { journalSnapshotRoutes } from './journal-snapshots.ts';
import { legacyAssociationRoutes } from './legacy-associations.ts';
import { limitRoutes } from './limits.ts';
import { listMembershipRoutes } from './list-memberships.ts';
import { listRoutes } from './lists.ts';
import { mergeRoutes } from './merge.ts';
import { networkOriginRoutes } from './network-origins.ts';
import { oauthRoutes } from './oauth.ts';
import { objectRoutes } from './objects.ts';
import { ownerRoutes } from './owners.ts';
import { pipelineStageRoutes } from './pipeline-stages.ts';
import { pipelineRoutes } from './pipelines.ts';
import { propertyRoutes } from './properties.ts';
import { propertyValidationRoutes } from './property-validations.ts';
import { recordListRoutes } from './record-lists.ts';
import { schemaRoutes } from './schemas.ts';
import { searchRoutes } from './search.ts';
import { tokenInfoRoutes } from './token-info.ts';

/** Every route, literal patterns before those with parameters in their place. */
export const ROUTES: readonly Route[] = [
  ...journalFilterRoutes,
  ...journalSnapshotRoutes,
  ...changeJournalRoutes,
  ...batchRoutes,
  ...mergeRoutes,
  ...gdprDeleteRoutes,
  ...searchRoutes,
  ...associationRoutes,
  ...associationBatchRoutes,
  ...associationLabelRoutes,
  ...legacyAssociationRoutes,
  ...objectRoutes,
  ...propertyRoutes,
  ...propertyValidationRoutes,
  ...limitRoutes,
  ...schemaRoutes,
  ...ownerRoutes,
  ...pipelineRoutes,
  ...pipelineStageRoutes,
  ...recordListRoutes,
  ...listRoutes,
  ...listMembershipRoutes,
  ...accountRoutes,
  ...appWebhookRoutes,
  ...oauthRoutes,
  ...consentBatchRoutes,
  ...consentRoutes,
  ...consentV3Routes,
  ...formRoutes,
  ...appEventRoutes,
  ...eventTemplateRoutes,
  ...networkOriginRoutes,
  ...eventSendRoutes,
  ...eventDefinitionRoutes,
  ...eventOccurrenceRoutes,
  ...formSubmitRoutes,
  ...formSubmissionRoutes,
  ...tokenInfoRoutes,
];
