import { changeConsent } from './consent.ts';
import { visitorOf } from './event-target.ts';
import type { FormAnswers } from './form-answers.ts';
import type { FormDefinition, FormSubmission } from './form-store.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import { normaliseEmail } from './validation.ts';
import type { ChangeSource } from './value-versions.ts';
import { applyWrite, type Plan, planWrite } from './writes.ts';

const CONTACT_TYPE_ID = '0-1';

/** Keeps a filled form; its contact is made later, on the portal's clock. */
export function takeSubmission(
  portal: Portal,
  form: FormDefinition,
  { answers, now }: { answers: FormAnswers; now: number },
): FormSubmission {
  const dueAt = now + portal.behaviour.formContactDelayMs;
  const submission = portal.forms.submit({ formId: form.id, ...answers, dueAt });
  awaitContact(portal, submission);
  return submission;
}

/** Has the contact of a submission made when it is due. */
export function awaitContact(portal: Portal, submission: FormSubmission): void {
  portal.schedule.at(submission.dueAt, (at) => handleSubmission(portal, submission, at));
}

/** Values that the contact's definitions do not take are left out: the visitor has long gone. */
function handleSubmission(portal: Portal, submission: FormSubmission, at: number): void {
  submission.handled = true;
  const form = portal.forms.get(submission.formId);
  const source: ChangeSource = { sourceType: 'FORM', sourceId: submission.formId, userId: null };
  portal.changes.during(source, () => {
    const contact = writeContact(portal, { submission, form, at, source });
    submission.contactId = contact?.id;
    const email = contact?.properties.get('email');
    if (!email) return;
    for (const { subscriptionId, legalBasis, text } of submission.consent) {
      if (!portal.consent.type(subscriptionId)) continue;
      changeConsent(
        portal,
        {
          email,
          subscriptionId,
          state: 'SUBSCRIBED',
          source: 'FORM',
          legalBasis,
          legalBasisExplanation: text,
        },
        { at, requestN: 0 },
      );
    }
  });
}

interface Handling {
  submission: FormSubmission;
  form: FormDefinition | undefined;
  at: number;
  source: ChangeSource;
}

/** The contact of the address, else the one that the visitor's cookie belongs to, else a new one for an address. */
function writeContact(portal: Portal, { submission, form, at, source }: Handling): StoredRecord | undefined {
  const data = portal.objects('contacts');
  const properties: Record<string, string> = {};
  for (const { objectTypeId, name, value } of submission.fields)
    if (objectTypeId === CONTACT_TYPE_ID) properties[name] = value;
  const email = normaliseEmail(properties.email ?? '');
  const known = email === '' ? undefined : data.store.findUnique('email', email);
  const { hutk } = submission;
  const visitor = email === '' && hutk !== undefined ? visitorOf(portal, hutk) : undefined;
  const target = known ?? visitor;
  if (!target && email === '') return undefined;
  const stage = form?.configuration.lifecycleStages.find((each) => each.objectTypeId === CONTACT_TYPE_ID);
  if (stage) properties.lifecyclestage ??= stage.value;
  // The rules of 2026-09 bind the API; forms are written as before.
  const context = { portal, data, version: 'v3' as const };
  // An additional address that fills in a form does not become the primary one.
  if (known && known.properties.get('email') !== email) delete properties.email;
  const plan = planWhatFits(properties, (fitting) =>
    planWrite({ target, properties: fitting }, context, new Map()),
  );
  if (!plan?.ok) return target;
  return applyWrite(plan.write, context, {
    kind: target ? 'update' : 'create',
    now: at,
    requestN: 0,
    source,
  });
}

/** Plans a write, without those properties that refuse their value. */
function planWhatFits(
  properties: Record<string, string>,
  plan: (properties: Record<string, string>) => Plan,
): Plan | undefined {
  const planned = plan(properties);
  if (planned.ok || planned.failure.kind !== 'validation') return planned;
  const wrong = new Set(planned.failure.faults.map(({ name }) => name));
  return plan(Object.fromEntries(Object.entries(properties).filter(([name]) => !wrong.has(name))));
}
