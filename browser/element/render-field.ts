import type { FormField, FormValue } from '../core/form-descriptor.ts';
import { day } from '../core/validate.ts';
import { createNode } from './create-node.ts';

/** A field as it is shown. */
export interface ShownField {
  readonly field: FormField;
  readonly node: HTMLElement;
  /** What is focused when it is wrong. */
  readonly control: HTMLElement;
  read(): FormValue;
  fill(value: string): void;
  /** Empty: nothing is wrong. */
  tell(error: string): void;
}

const INPUT_TYPES: Readonly<Record<string, string>> = {
  email: 'email',
  phone: 'tel',
  date: 'date',
  time: 'time',
  upload: 'file',
  checkbox: 'checkbox',
  consent: 'checkbox',
};

/** Builds one field: label, help, control and the place for its error, tied together for assistive technology. */
export function renderField(field: FormField, texts: Readonly<Record<string, string>>): ShownField {
  const { name, type, required, options = [] } = field;
  const told = field.help ?? limitsOf(field);
  const help = createNode('p', { class: 'h', part: 'help', id: `${name}-help` }, createNode('bdi', {}, told));
  const error = createNode('p', { class: 'e', part: 'error', id: `${name}-error` });
  const described = `${told ? `${name}-help ` : ''}${name}-error`;
  const label = [
    field.text ?? field.label,
    ...(required ? [] : [createNode('small', {}, ` (${texts.OPTIONAL ?? ''})`)]),
  ];
  const several = type === 'choices';
  const ticked = INPUT_TYPES[type] === 'checkbox';
  const boxes = several
    ? options.map((option) => createNode('input', { type: 'checkbox', name, value: option.value }))
    : [];
  const control = several
    ? createNode('fieldset', { 'aria-describedby': described })
    : createControl(field, described, texts);
  const wide = several || ticked || type === 'longtext' || type === 'upload';
  const node = createNode('div', { part: `field field-${name}`, class: wide && 'w' });
  if (several) {
    const rows = options.map((option, at) =>
      createNode(
        'label',
        { class: 'c', part: 'choice' },
        boxes[at] ?? '',
        createNode('span', {}, option.label),
      ),
    );
    control.append(createNode('legend', { part: 'label' }, ...label), ...rows);
    node.append(control, help, error);
  } else if (ticked) {
    node.append(
      createNode('label', { class: 'c', part: 'choice' }, control, createNode('span', {}, ...label)),
      help,
      error,
    );
  } else {
    node.append(createNode('label', { for: name, part: 'label' }, ...label), control, help, error);
  }
  if (!told) help.remove();
  return {
    field,
    node,
    control: boxes[0] ?? control,
    read() {
      if (several) return boxes.filter(({ checked }) => checked).map(({ value }) => value);
      if (control instanceof HTMLInputElement && ticked) return control.checked;
      return 'value' in control ? control.value : undefined;
    },
    fill(value) {
      for (const box of boxes) box.checked = value.split(';').includes(box.value);
      if (type !== 'upload' && !ticked && 'value' in control) control.value = value;
    },
    tell(text) {
      error.textContent = text;
      control.setAttribute('aria-invalid', String(text !== ''));
    },
  };
}

/** What a file may be, in signs that need no language; empty for other fields. */
function limitsOf({ type, accept = [], maxBytes }: FormField): string {
  if (type !== 'upload') return '';
  const [unit, bytes] = (maxBytes ?? 0) < 1e6 ? ['kB', 1e3] : ['MB', 1e6];
  const most = maxBytes
    ? [`max. ${(Math.floor((maxBytes / bytes) * 10) / 10).toLocaleString()} ${unit}`]
    : [];
  return [accept.join(', '), ...most].filter(Boolean).join(' · ');
}

function createControl(field: FormField, described: string, texts: Readonly<Record<string, string>>) {
  const { name, type, required, options, past, autocomplete, placeholder, accept } = field;
  const common = {
    id: name,
    name,
    part: 'input',
    required,
    autocomplete,
    placeholder,
    'aria-describedby': described,
  };
  if (type === 'longtext') return createNode('textarea', { ...common, rows: 4 });
  if (options && type !== 'checkbox')
    return createNode(
      'select',
      common,
      createNode('option', { value: '' }, texts.CHOOSE ?? ''),
      ...options.map(({ value, label }) => createNode('option', { value }, label)),
    );
  return createNode('input', {
    ...common,
    min: past === false && day(0),
    type: INPUT_TYPES[type] ?? 'text',
    inputmode: type === 'number' && 'decimal',
    accept: accept?.join(),
  });
}
