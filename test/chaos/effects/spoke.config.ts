import {
  addToList,
  associate,
  defineConfig,
  defineEvent,
  type EffectDraft,
  note,
  removeFromList,
  setConsent,
  upsertCompany,
  upsertContact,
  upsertDeal,
} from 'spoke';
import {
  companyRef,
  dealRef,
  emailOf,
  LABEL,
  LIST,
  ownPayload,
  personPayload,
  personRef,
  type Slot,
  SUBSCRIPTION,
  slotValues,
} from './subjects.ts';

const company = (of: number, slots: readonly Slot[], tag: string) =>
  upsertCompany(companyRef(of), { name: `Company ${of}`, ...slotValues(slots, tag) });
const deal = (of: number, slots: readonly Slot[], tag: string) =>
  upsertDeal(dealRef(of), {
    name: `Deal ${of}`,
    pipeline: 'default',
    stage: 'appointmentscheduled',
    properties: slotValues(slots, tag),
  });

/** The mapping under which the workers of the scenario `effects` run: events with effects of every kind. */
export default defineConfig({
  running: { orders: 'count', revenue: 'sum' },
  writeBack: { people: { table: 'people' } },
  events: {
    person_changed: defineEvent({
      payload: personPayload,
      record: (event) => personRef(event.person),
      adds: (event) =>
        event.amount === undefined ? {} : { orders: event.tag, revenue: Number(event.amount) },
      writeBack: (event) => ({ table: 'people', key: { id: event.person } }),
      effects: (event, { running }) => {
        const person = personRef(event.person);
        const effects: EffectDraft[] = [
          upsertContact(person, {
            email: person.idProperty === 'email' ? undefined : emailOf(event.person),
            chaos_seq: event.seq,
            chaos_value: event.tag,
            lifecyclestage: event.stage,
            ...(event.amount === undefined
              ? {}
              : { chaos_orders: running.orders, chaos_revenue: running.revenue }),
          }),
        ];
        if (event.company) {
          const { company: of, slots, champion } = event.company;
          effects.push(
            company(of, slots, event.tag),
            associate(person, companyRef(of), champion ? { label: LABEL } : {}),
          );
        }
        if (event.deal) {
          const { deal: of, slots } = event.deal;
          if (slots.length > 0) effects.push(deal(of, slots, event.tag));
          effects.push(associate(person, dealRef(of)));
        }
        if (event.note) effects.push(note(person, { text: `chaos-note-${event.tag}; canary-phrase` }));
        if (event.onList !== undefined)
          effects.push(event.onList ? addToList(person, LIST) : removeFromList(person, LIST));
        if (event.consent !== undefined)
          effects.push(
            setConsent(person, {
              email: emailOf(event.person),
              subscription: SUBSCRIPTION,
              granted: event.consent,
            }),
          );
        return effects;
      },
    }),
    company_changed: defineEvent({
      payload: ownPayload,
      record: (event) => companyRef(event.of),
      effects: (event) => [company(event.of, event.slots, event.tag)],
    }),
    deal_changed: defineEvent({
      payload: ownPayload,
      record: (event) => dealRef(event.of),
      effects: (event) => [deal(event.of, event.slots, event.tag)],
    }),
  },
});
