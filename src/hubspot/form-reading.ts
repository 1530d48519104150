import { createHash } from 'node:crypto';
import type { FormField } from './form-submission.ts';
import { numberOf, own, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs } from './parsed.ts';

const CONTACT_TYPE = '0-1';

/** A submission as HubSpot shows it, which has no id of its own there. */
export interface ReadSubmission {
  /** Hash of the form, the time and the values: the same at every reading. */
  readonly key: string;
  /** ms since 1970. */
  readonly submittedAt: number;
  readonly values: readonly FormField[];
  readonly pageUrl?: string;
}

export interface FormDefinition {
  readonly id: string;
  readonly name: string;
  /** hubspot, captured, flow, blog_comment; the last one has no submissions. */
  readonly formType: string;
  readonly archived: boolean;
  readonly fields: readonly {
    readonly name: string;
    readonly label: string;
    readonly objectTypeId: string;
    readonly fieldType: string;
    readonly required: boolean;
  }[];
}

/** The same for the same form, time and values, in whatever order HubSpot lists them. */
export function submissionKey(formId: string, submittedAt: number, values: readonly FormField[]): string {
  const sorted = values
    .map(({ name, value, objectTypeId }) => JSON.stringify([objectTypeId ?? CONTACT_TYPE, name, value]))
    .sort();
  return createHash('sha256')
    .update(JSON.stringify([formId, submittedAt, sorted]))
    .digest('hex');
}

/** One submission of a page; total. */
export function readSubmission(formId: string, value: unknown): Parsed<ReadSubmission> {
  const submittedAt = numberOf(own(value, 'submittedAt'));
  const fields = own(value, 'values');
  if (submittedAt === undefined) return misfit('it has no time');
  if (!Array.isArray(fields)) return misfit('it has no values');
  const values = fields.flatMap((field): FormField[] => {
    const name = textOf(own(field, 'name'));
    if (name === undefined) return [];
    return [
      {
        name,
        value: textOf(own(field, 'value')) ?? '',
        objectTypeId: textOf(own(field, 'objectTypeId')) ?? CONTACT_TYPE,
      },
    ];
  });
  const pageUrl = textOf(own(value, 'pageUrl'));
  return parsedAs({
    key: submissionKey(formId, submittedAt, values),
    submittedAt,
    values,
    ...(pageUrl === undefined ? {} : { pageUrl }),
  });
}

/** One form with its fields; total. */
export function readFormDefinition(value: unknown): Parsed<FormDefinition> {
  const id = textOf(own(value, 'id'));
  if (id === undefined) return misfit('it has no id');
  const groups = own(value, 'fieldGroups');
  const fields = (Array.isArray(groups) ? groups : []).flatMap((group) => {
    const entries = own(group, 'fields');
    return Array.isArray(entries) ? entries.flatMap(readField) : [];
  });
  return parsedAs({
    id,
    name: textOf(own(value, 'name')) ?? '',
    formType: textOf(own(value, 'formType')) ?? '',
    archived: own(value, 'archived') === true,
    fields,
  });
}

function readField(value: unknown): FormDefinition['fields'] {
  const name = textOf(own(value, 'name'));
  if (name === undefined) return [];
  return [
    {
      name,
      label: textOf(own(value, 'label')) ?? name,
      objectTypeId: textOf(own(value, 'objectTypeId')) ?? CONTACT_TYPE,
      fieldType: textOf(own(value, 'fieldType')) ?? '',
      required: own(value, 'required') === true,
    },
  ];
}
