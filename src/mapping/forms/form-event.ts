import { z } from 'zod';
import type { EventDefinition, EventDefinitions } from '../../config/define-config.ts';
import {
  choiceOf,
  emailFieldOf,
  type FieldDefinition,
  FORM_EVENT,
  type FormDefinition,
  type FormDefinitions,
  type FormValue,
  type FormValues,
  textIn,
} from '../../config/forms.ts';
import type { EffectDraft, RecordRef } from '../effects.ts';
import { associate, setConsent } from '../links.ts';
import { note } from '../note.ts';
import { contactByEmail, dealBy } from '../record-refs.ts';
import { countryName } from '../transforms/country.ts';
import type { PropertyValue } from '../transforms/encode-value.ts';
import { cutText } from '../transforms/text.ts';
import { upsertContact, upsertDeal } from '../upserts.ts';
import { sampleValues } from './sample-values.ts';

/** The property of deals by which the deal of a submission is found again; unique in the portal. */
export const SUBMISSION_PROPERTY = 'spoke_submission_id';

/** What people in HubSpot read. */
const LANGUAGE = 'en';
const USUAL_BASIS = 'CONSENT_WITH_NOTICE';
const MAX_DEAL_NAME = 200;

const VALUE = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]);
const PAYLOAD = z.object({
  submissionId: z.string().min(1).max(100),
  values: z.record(z.string(), VALUE),
  consents: z
    .array(
      z.object({
        field: z.string(),
        version: z.string(),
        given: z.boolean(),
        at: z.iso.datetime({ offset: true }).optional(),
        language: z.string().optional(),
      }),
    )
    .default([]),
  page: z
    .object({ url: z.string().optional(), title: z.string().optional(), referrer: z.string().optional() })
    .nullish(),
});

interface EventsAndForms {
  readonly events: EventDefinitions;
  readonly forms?: FormDefinitions;
}

/** The payload of the event of a form, as the intake records it. */
export type FormPayload = z.input<typeof PAYLOAD>;

/** All events of a config by name: its own, and those of its forms, such as `form.contact`. */
export function eventsOf({ events, forms = {} }: EventsAndForms): EventDefinitions {
  const ofForms = Object.entries(forms).map(
    ([name, form]) => [FORM_EVENT + name, formEvent(name, form)] as const,
  );
  return { ...events, ...Object.fromEntries(ofForms) };
}

/**
 * What a submission becomes: contact with mapped and static properties, deal with its link, note with the answers, and consent where it
 * was given. Mapped from what was accepted, whenever it is delivered, so that a redrive follows a config that was corrected meanwhile.
 */
function formEvent(name: string, form: FormDefinition): EventDefinition<typeof PAYLOAD> {
  const finder = emailFieldOf(form);
  const contactOf = (values: FormValues): RecordRef => {
    const value = own(values, finder);
    return contactByEmail(typeof value === 'string' ? value : undefined);
  };
  return {
    payload: PAYLOAD,
    priority: 1,
    record: ({ values }) => contactOf(values),
    effects(payload, { occurredAt, ownerId }) {
      const { values, submissionId, page } = payload;
      const contact = contactOf(values);
      const effects: EffectDraft[] = [
        upsertContact(contact, { ...form.statics, ...contactValues(form, values, finder) }),
      ];
      const { deal } = form;
      if (deal !== undefined) {
        const ref = dealBy(SUBMISSION_PROPERTY, submissionId);
        const amount = deal.amount === undefined ? undefined : own(values, deal.amount);
        const owner = deal.ownerId ?? ownerId;
        effects.push(
          upsertDeal(ref, {
            name: cutText(deal.name?.(values) || usualName(form, values, contact.id), MAX_DEAL_NAME),
            pipeline: deal.pipeline,
            stage: deal.stage,
            ...(owner === undefined ? {} : { ownerId: owner }),
            ...(typeof amount === 'number' ? { amount } : {}),
            properties: mapped(form, values, deal.properties ?? {}),
          }),
          associate(ref, contact),
        );
      }
      if (form.activity !== false) {
        const title = form.activity?.title ?? textIn(form.title, LANGUAGE);
        effects.push(note(contact, { title, text: answers(form, values, page?.url) }));
      }
      for (const { field, version, given, at } of payload.consents) {
        const definition = own(form.fields, field);
        // Who says nothing takes nothing back; what is taken back is taken back at HubSpot.
        if (!given || definition?.type !== 'consent' || definition.subscription === undefined) continue;
        const when = at === undefined ? occurredAt : new Date(at);
        const { basis, explanation } = definition.legal ?? {
          basis: USUAL_BASIS,
          explanation: `Form ${name}, text ${version}, ${when.toISOString()}`,
        };
        effects.push(
          setConsent(contact, {
            subscription: definition.subscription,
            granted: true,
            at: when,
            legalBasis: basis,
            explanation,
          }),
        );
      }
      return effects;
    },
    sample: {
      submissionId: '00000000-0000-4000-8000-000000000000',
      values: sampleValues(form),
      consents: [],
    },
  };
}

function contactValues(
  form: FormDefinition,
  values: FormValues,
  finder: string,
): Record<string, PropertyValue> {
  const properties = Object.entries(form.fields).flatMap(([name, { property }]) =>
    property === undefined || name === finder ? [] : [[name, property] as const],
  );
  return mapped(form, values, Object.fromEntries(properties));
}

/** Field to property, each in the form that HubSpot is sent. */
function mapped(
  form: FormDefinition,
  values: FormValues,
  properties: Readonly<Record<string, string>>,
): Record<string, PropertyValue> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const field = own(form.fields, name);
      const value = own(values, name);
      if (field === undefined || value === undefined) return [];
      // A box that was not ticked says nothing of what was agreed to before.
      if (field.type === 'consent' && value !== true) return [];
      return [[property, sent(field, value)] as const];
    }),
  );
}

function sent(field: FieldDefinition, value: FormValue): PropertyValue {
  switch (field.type) {
    case 'country':
      return field.send === 'code' || typeof value !== 'string' ? value : countryName(value);
    case 'choice':
    case 'choices': {
      const send = (one: string) =>
        field.options.map(choiceOf).find((choice) => choice.value === one)?.send ?? one;
      if (typeof value === 'string') return send(value);
      return isList(value) ? value.map(send) : value;
    }
    default:
      return value;
  }
}

/** The answers as people read them, one a line; a long one begins on a line of its own. */
function answers(form: FormDefinition, values: FormValues, page: string | undefined): string {
  const lines = Object.entries(form.fields).flatMap(([name, field]) => {
    const value = own(values, name);
    if (value === undefined || field.type === 'hidden') return [];
    const text = shown(field, value);
    return `${textIn(field.label, LANGUAGE)}: ${text.includes('\n') ? `\n${text}` : text}`;
  });
  return [...lines, ...(page === undefined || page === '' ? [] : [`Page: ${page}`])].join('\n');
}

function shown(field: FieldDefinition, value: FormValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field.type === 'country' && typeof value === 'string') return countryName(value);
  if (field.type === 'choice' || field.type === 'choices') {
    const label = (one: string) => {
      const choice = field.options.map(choiceOf).find((each) => each.value === one);
      return choice === undefined ? one : textIn(choice.label, LANGUAGE);
    };
    return (isList(value) ? value : [String(value)]).map(label).join(', ');
  }
  return isList(value) ? value.join(', ') : String(value);
}

function usualName(form: FormDefinition, values: FormValues, email: string): string {
  const of = (...properties: readonly string[]) =>
    Object.entries(form.fields)
      .filter(([, { property }]) => property !== undefined && properties.includes(property))
      .flatMap(([name]) => own(values, name) ?? [])
      .join(' ');
  const who = of('company') || of('firstname', 'lastname') || email;
  return `${textIn(form.title, LANGUAGE)}: ${who}`;
}

function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function isList(value: FormValue): value is readonly string[] {
  return Array.isArray(value);
}
