import type { AssociationCreate } from '../mapping/effects.ts';
import type { EffectsPayload } from '../mapping/effects-event.ts';
import { associate } from '../mapping/links.ts';
import { type ActivityContent, activity } from '../mapping/note.ts';
import type { PropertyValues } from '../mapping/transforms/encode-value.ts';
import { type DealValues, upsertContact, upsertDeal } from '../mapping/upserts.ts';
import type { EnqueueOptions, EnqueueReceipt } from './enqueue.ts';
import { type FileUpload, fileUploadPayload } from './file-upload.ts';
import {
  type ContactName,
  contactRef,
  type DealName,
  dealRef,
  type RecordName,
  recordRef,
} from './record-names.ts';
import { dealEffects, type NewDeal, type Submission, submissionPayload } from './submission.ts';

/**
 * Single changes without an event of the config. Each is one event in the outbox, recorded in the caller's transaction and
 * delivered after its commit in the order of its record. What is refused is told as `track` does.
 *
 * Creating and updating are one effect at HubSpot: the record that has the name is updated, and made when there is none.
 */
export interface RecordFunctions {
  /** The contact is named by its `email`. */
  createContact(
    handle: unknown,
    properties: PropertyValues & { readonly email: string },
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  updateContact(
    handle: unknown,
    contact: ContactName,
    properties: PropertyValues,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  /** By the application's id; with `email` among the properties, a contact that has the address takes on the id. */
  upsertContact(
    handle: unknown,
    contact: ContactName,
    properties: PropertyValues,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  /** The deal, linked with a contact and a company, for which the links wait. A deal that is there gets all values anew. */
  createDeal(
    handle: unknown,
    deal: DealName,
    values: NewDeal,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  updateDeal(
    handle: unknown,
    deal: DealName,
    values: DealValues,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  /** An entry on the timeline; see `activity`. */
  logActivity(
    handle: unknown,
    record: RecordName,
    content: ActivityContent,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  associate(
    handle: unknown,
    from: RecordName,
    to: RecordName,
    options?: RecordOptions & Pick<AssociationCreate, 'label'>,
  ): Promise<EnqueueReceipt>;
  /** Sets last_file_upload_date, file_upload_count, last_file_type, last_file_quality_score, sample_data_reference; notes "Sample Data Upload". */
  updateContactWithFileUpload(
    handle: unknown,
    contact: ContactName,
    upload: FileUpload,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
  /** The contact, its company and deal where there are any, their links, and a note with what was filled in. */
  processSubmission(
    handle: unknown,
    submission: Submission,
    options?: RecordOptions,
  ): Promise<EnqueueReceipt>;
}

/** As of `enqueue`; the record is that of the function. */
export type RecordOptions = Omit<EnqueueOptions, 'record'>;

type Send = (
  handle: unknown,
  make: () => EffectsPayload,
  options?: EnqueueOptions,
) => Promise<EnqueueReceipt>;

export function createRecordFunctions(send: Send): RecordFunctions {
  const setContact = (name: ContactName, properties: PropertyValues): EffectsPayload => {
    const record = contactRef(name);
    return { record, effects: [upsertContact(record, properties)] };
  };
  return {
    createContact: (handle, properties, options) =>
      send(handle, () => setContact({ email: properties.email }, properties), options),
    updateContact: (handle, contact, properties, options) =>
      send(handle, () => setContact(contact, properties), options),
    upsertContact: (handle, contact, properties, options) =>
      send(handle, () => setContact(contact, properties), options),
    createDeal: (handle, deal, values, options) =>
      send(handle, () => ({ record: dealRef(deal), effects: dealEffects(deal, values) }), options),
    updateDeal: (handle, deal, values, options) =>
      send(handle, () => ({ record: dealRef(deal), effects: [upsertDeal(dealRef(deal), values)] }), options),
    logActivity: (handle, name, content, options) =>
      send(
        handle,
        () => {
          const record = recordRef(name);
          return { record, effects: [activity(record, content)] };
        },
        options,
      ),
    associate: (handle, from, to, { label, ...options } = {}) =>
      send(
        handle,
        () => {
          const link = associate(recordRef(from), recordRef(to), label === undefined ? {} : { label });
          return { record: link.record, effects: [link] };
        },
        options,
      ),
    updateContactWithFileUpload: (handle, contact, upload, options) =>
      send(handle, () => fileUploadPayload(contact, upload), options),
    processSubmission: (handle, submission, options) =>
      send(handle, () => submissionPayload(submission), options),
  };
}
