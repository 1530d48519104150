import { describe, expect, it } from 'vitest';
import type { FormDescriptor, FormField, FormValue } from './form-descriptor.ts';
import { fileProblem, validate } from './validate.ts';

const OPTIONS = [
  { value: 'a', label: 'A' },
  { value: 'b', label: 'B' },
];

/** By the clock of the device, which may be a day off. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv');
}

function codeOf(field: Partial<FormField>, value: FormValue): string | undefined {
  const descriptor: FormDescriptor = {
    form: 'f',
    title: 'F',
    language: 'en',
    token: '',
    fields: [{ name: 'x', label: 'X', type: 'text', ...field }],
    honeypot: '_website',
    challenge: null,
    messages: {},
    success: '',
  };
  return validate(descriptor, { x: value }).codes.x;
}

describe('validate', () => {
  it.each<[Partial<FormField>, FormValue, string | undefined]>([
    [{ required: true }, undefined, 'REQUIRED'],
    [{ required: true }, ' \t', 'REQUIRED'],
    [{ required: true, type: 'choices', options: OPTIONS }, [], 'REQUIRED'],
    [{ required: true, type: 'checkbox' }, false, 'REQUIRED'],
    [{ required: true, type: 'consent' }, false, 'CONSENT_REQUIRED'],
    [{ type: 'consent' }, false, undefined],
    [{ required: true, type: 'upload' }, { uploadId: '1', token: 't' }, undefined],
    [{}, '', undefined],
    [{ max: 3 }, 'abcd', 'TOO_LONG'],
    [{ max: 3 }, '👋👋👋', undefined],
    [{ min: 3 }, 'ab', 'TOO_SHORT'],
    [{ type: 'email' }, 'ada@example.com ', undefined],
    [{ type: 'email' }, 'ада@пример.рф', undefined],
    [{ type: 'email' }, 'ada@example', 'EMAIL_INVALID'],
    [{ type: 'email' }, 'ada example.com', 'EMAIL_INVALID'],
    [{ type: 'choice', options: OPTIONS }, 'a', undefined],
    [{ type: 'choice', options: OPTIONS, max: 1 }, 'B, in other words', undefined],
    [{ type: 'email' }, '用户@例子。公司', undefined],
    [{ type: 'email' }, 'a@b@example.com', 'EMAIL_INVALID'],
    [{ type: 'choices', options: OPTIONS }, ['a', 'b'], undefined],
    [{ type: 'number', min: 1, max: 5 }, '6', 'OUT_OF_RANGE'],
    [{ type: 'number', min: 1, max: 5 }, 0, 'OUT_OF_RANGE'],
    [{ type: 'number' }, '1.234,5', undefined],
    [{ type: 'number' }, 'many', 'NUMBER_INVALID'],
    [{ type: 'date' }, '2026-12-24', undefined],
    [{ type: 'date', past: false }, '2020-12-24', 'DATE_PAST'],
    [{ type: 'date', past: false }, dayFromNow(-1), undefined],
    [{ type: 'date', past: false }, dayFromNow(-2), 'DATE_PAST'],
    [{ type: 'date', past: false }, '9999-12-24', undefined],
    [{ type: 'date' }, '2020-12-24', undefined],
    [{ type: 'date' }, 'soon', 'DATE_INVALID'],
    [{ type: 'time' }, 'noon', 'TIME_INVALID'],
  ])('%j with %j: %s', (field, value, code) => {
    expect(codeOf(field, value)).toBe(code);
  });
});

describe('a file', () => {
  it.each<[Partial<FormField>, string, string, number, string | undefined]>([
    [{}, 'a.exe', 'application/x-msdownload', 1, undefined],
    [{ maxBytes: 10 }, 'a.csv', 'text/csv', 11, 'UPLOAD_TOO_LARGE'],
    [{ accept: ['.csv', '.json'] }, 'A.CSV', 'application/vnd.ms-excel', 1, undefined],
    [{ accept: ['.csv'] }, 'a.pdf', 'application/pdf', 1, 'UPLOAD_TYPE'],
    [{ accept: ['.csv'] }, 'a.pdf', '', 1, 'UPLOAD_TYPE'],
    [{ accept: ['.csv'] }, 'a.csv', '', 1, undefined],
    [{ accept: ['.csv'] }, 'a.csv', 'text/csv', 0, 'UPLOAD_EMPTY'],
  ])('%j takes %s %s of %i bytes: %s', (field, name, type, size, code) => {
    const file = new File([new Uint8Array(size)], name, { type });
    expect(fileProblem({ name: 'x', type: 'upload', label: 'X', ...field }, file)).toBe(code);
  });
});
