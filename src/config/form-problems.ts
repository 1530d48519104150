import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { problemsOfField, type Report } from './field-problems.ts';
import { acceptedEndings } from './file-kinds.ts';
import { FORM_DEAL_KEYS, FORM_KEYS } from './forms.ts';
import { suggestion } from './nearest-name.ts';
import { isFormText, isFormValue, PROPERTY_NAME, PROPERTY_RULE } from './property-name.ts';

const FORM_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const MOST_FIELDS = 100;

/** Kinds of HubSpot properties that the types of fields need; two forms cannot need different ones of one property. */
const PROPERTY_KINDS: Readonly<Record<string, string>> = {
  choice: 'enumeration',
  choices: 'enumeration',
  date: 'date',
  number: 'number',
  checkbox: 'bool',
  consent: 'bool',
};

/** Everything that is wrong with the `forms` of a config. Written defensively: configs are also written in JavaScript. */
export function problemsOfForms(forms: unknown, website: unknown): ConfigProblem[] {
  if (forms === undefined) return [];
  if (!isRecord(forms))
    return [{ name: 'forms', message: 'Give an object, for example { contact: contactForm() }.' }];
  const site = isRecord(website) ? website : {};
  const challenges = isRecord(site.challenges) ? Object.keys(site.challenges) : [];
  const problems = Object.entries(forms).flatMap(([name, form]) => problemsOfForm(name, form, challenges));
  return [
    ...problems,
    ...problemsOfPaths(Object.keys(forms)),
    ...problemsOfKinds(forms),
    ...problemsOfFiles(forms, site.uploads),
  ];
}

function problemsOfForm(name: string, form: unknown, challenges: readonly string[]): ConfigProblem[] {
  const place = `forms.${name}`;
  const problems: ConfigProblem[] = [];
  const report: Report = (message, key) =>
    problems.push({ name: key === undefined ? place : `${place}.${key}`, message });
  if (!FORM_NAME.test(name)) report('Use 1 to 63 lower-case letters, digits and "_", a letter first.');
  if (!isRecord(form)) {
    report('Give an object with title and fields, or a preset such as contactForm().');
    return problems;
  }
  problems.push(...unknownKeys(place, form, FORM_KEYS));
  const { title, fields, activity, challenge } = form;
  if (!isFormText(title)) report('Give a text, or texts by language.', 'title');
  for (const key of ['success', 'submit'])
    if (form[key] !== undefined && !isFormText(form[key])) report('Give a text, or texts by language.', key);
  if (activity !== undefined && activity !== false && !isTitle(activity))
    report('Give false, or { title: … }.', 'activity');
  if (challenge !== undefined && !(typeof challenge === 'string' && challenges.includes(challenge)))
    report(
      `${JSON.stringify(challenge)} is none of website.challenges.${suggestion(String(challenge), challenges)}`,
      'challenge',
    );
  if (!isRecord(fields) || Object.keys(fields).length === 0) {
    report("Give at least one field: { email: { type: 'email', label: 'E-mail' } }.", 'fields');
    return problems;
  }
  checkFields(fields, report);
  checkStatics(form.statics, propertiesOf(fields), report);
  checkDeal(form.deal, fields, report);
  return problems;
}

function checkFields(fields: Readonly<Record<string, unknown>>, report: Report): void {
  const owners = new Map<string, string>();
  if (Object.keys(fields).length > MOST_FIELDS) report(`A form has at most ${MOST_FIELDS} fields.`, 'fields');
  for (const [name, field] of Object.entries(fields)) {
    const key = `fields.${name}`;
    if (!FIELD_NAME.test(name) || name in {})
      report('Use 1 to 63 letters, digits and "_", a letter first; not a name that every object has.', key);
    if (!isRecord(field)) {
      report("Give an object with type and label: { type: 'text', label: 'Company' }.", key);
      continue;
    }
    problemsOfField(field, fields, (message, part) =>
      report(message, part === undefined ? key : `${key}.${part}`),
    );
    const property = propertyOf(field);
    if (property === undefined || (property === 'email' && field.type !== 'email')) continue;
    const owner = owners.get(property);
    if (owner !== undefined) report(`${property} is already the property of ${owner}.`, `${key}.property`);
    else owners.set(property, name);
  }
  const owner = owners.get('email');
  const finder = owner === undefined ? undefined : fields[owner];
  if (!isRecord(finder) || finder.type !== 'email')
    report('One field of the type email is needed: by its address the contact is found.', 'fields');
  else if (finder.required === false)
    report('The address finds the contact: leave required out.', `fields.${owner}.required`);
}

function checkStatics(statics: unknown, owners: ReadonlyMap<string, string>, report: Report): void {
  if (statics === undefined) return;
  if (!isRecord(statics)) {
    report('Give an object { property: value }.', 'statics');
    return;
  }
  for (const [property, value] of Object.entries(statics)) {
    const key = `statics.${property}`;
    const owner = owners.get(property);
    if (!PROPERTY_NAME.test(property)) report(PROPERTY_RULE, key);
    else if (property === 'email') report('The address comes from a field: leave it out.', key);
    else if (owner !== undefined) report(`${owner} sets it already: remove one.`, key);
    if (!isFormValue(value)) report('Give a text, a number, a boolean or a list of texts without ";".', key);
  }
}

function checkDeal(deal: unknown, fields: Readonly<Record<string, unknown>>, report: Report): void {
  if (deal === undefined) return;
  if (!isRecord(deal)) {
    report("Give an object { pipeline: 'Sales', stage: 'New' }.", 'deal');
    return;
  }
  for (const { message } of unknownKeys('', deal, FORM_DEAL_KEYS)) report(message, 'deal');
  const { name, amount, ownerId, properties } = deal;
  for (const key of ['pipeline', 'stage'])
    if (typeof deal[key] !== 'string' || deal[key].trim() === '')
      report('Give its label or its id: HubSpot takes no deal without it.', `deal.${key}`);
  if (name !== undefined && typeof name !== 'function') report('Give a function of the values.', 'deal.name');
  if (ownerId !== undefined && !(typeof ownerId === 'string' && /^\d{1,20}$/.test(ownerId)))
    report('Give the id of an owner, as text.', 'deal.ownerId');
  const known = Object.keys(fields);
  const isField = (field: unknown) => typeof field === 'string' && known.includes(field);
  if (amount !== undefined) {
    const field = isField(amount) ? fields[String(amount)] : undefined;
    if (field === undefined)
      report(`${JSON.stringify(amount)} is no field.${suggestion(String(amount), known)}`, 'deal.amount');
    else if (!isRecord(field) || field.type !== 'number')
      report(`${String(amount)} is not of the type number.`, 'deal.amount');
  }
  if (properties === undefined) return;
  if (!isRecord(properties)) {
    report('Give an object { field: property }.', 'deal.properties');
    return;
  }
  const owners = new Map<unknown, string>();
  for (const [field, property] of Object.entries(properties)) {
    const key = `deal.properties.${field}`;
    if (!isField(field)) report(`It is no field.${suggestion(field, known)}`, key);
    if (typeof property !== 'string' || !PROPERTY_NAME.test(property)) report(PROPERTY_RULE, key);
    else if (owners.has(property)) report(`${owners.get(property)} sets it already: remove one.`, key);
    owners.set(property, field);
  }
}

/** A field's list counts beside that of the website: what one of them leaves out is not taken. */
function problemsOfFiles(forms: Readonly<Record<string, unknown>>, uploads: unknown): ConfigProblem[] {
  const most = listOf(isRecord(uploads) ? uploads.accept : undefined);
  return Object.entries(forms).flatMap(([form, definition]) => {
    const fields = isRecord(definition) && isRecord(definition.fields) ? definition.fields : {};
    return Object.entries(fields).flatMap(([name, field]) => {
      const own = isRecord(field) && field.type === 'upload' ? listOf(field.accept) : undefined;
      // What is wrong with one of the lists alone is told there.
      const isApart =
        [[own], [most]].every((lists) => acceptedEndings(...lists).length > 0) &&
        acceptedEndings(own, most).length === 0;
      const place = `forms.${form}.fields.${name}.accept`;
      const message = 'It has nothing in common with website.uploads.accept: no file would be taken.';
      return isApart ? [{ name: place, message }] : [];
    });
  });
}

/** `/api/{form}` is a path of each form. */
function problemsOfPaths(names: readonly string[]): ConfigProblem[] {
  const reserved = ['uploads', 'submissions', 'forms'];
  return names
    .filter((name) => reserved.includes(name))
    .map((name) => ({
      name: `forms.${name}`,
      message: `/api/${name} is a path of Spoke: take another name.`,
    }));
}

function problemsOfKinds(forms: Readonly<Record<string, unknown>>): ConfigProblem[] {
  const seen = new Map<string, { readonly kind: string; readonly place: string }>();
  const problems: ConfigProblem[] = [];
  for (const [name, form] of Object.entries(forms)) {
    if (!isRecord(form) || !isRecord(form.fields)) continue;
    for (const [key, field] of Object.entries(form.fields)) {
      if (!isRecord(field)) continue;
      const property = propertyOf(field);
      const kind = PROPERTY_KINDS[String(field.type)] ?? 'string';
      const place = `forms.${name}.fields.${key}`;
      const before = property === undefined ? undefined : seen.get(property);
      if (property !== undefined && before === undefined) seen.set(property, { kind, place });
      else if (before !== undefined && before.kind !== kind)
        problems.push({
          name: `${place}.property`,
          message: `${property} would be of the kind ${kind} here and ${before.kind} in ${before.place}.`,
        });
    }
  }
  return problems;
}

function propertiesOf(fields: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(fields).flatMap(([name, field]) => {
      const property = isRecord(field) ? propertyOf(field) : undefined;
      return property === undefined ? [] : [[property, name] as const];
    }),
  );
}

function propertyOf(field: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof field.property === 'string') return field.property;
  return field.type === 'email' ? 'email' : undefined;
}

function listOf(accept: unknown): readonly string[] | undefined {
  if (!Array.isArray(accept)) return undefined;
  return (accept as readonly unknown[]).filter((one) => typeof one === 'string');
}

function isTitle(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.keys(value).every((key) => key === 'title') &&
    (value.title === undefined || (typeof value.title === 'string' && value.title.trim() !== ''))
  );
}
