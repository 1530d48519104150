import type { Forms, Submitted } from '../core/create-forms.ts';
import type { FormAnswers, FormDescriptor, UploadReference } from '../core/form-descriptor.ts';
import { type Failure, type Result, toldFor } from '../core/result.ts';
import { fileProblem, messageOf } from '../core/validate.ts';
import { createNode } from './create-node.ts';
import { renderField, type ShownField } from './render-field.ts';

export interface FormViewOptions {
  readonly forms: Forms;
  readonly descriptor: FormDescriptor;
  /** What a field begins with. */
  valueOf(name: string): string | undefined;
  onSubmitted(submitted: Submitted): void;
  onFailed(failure: Failure): void;
}

/**
 * A form on the page.
 *
 * States: open → sending → open again (something was wrong, or it was not reached) or sent (the caller shows that).
 */
export function createFormView(options: FormViewOptions): HTMLFormElement {
  const { forms, descriptor } = options;
  const texts = descriptor.messages;
  const uploads = new Map<string, Promise<Result<UploadReference>>>();
  const replaced = new Map<string, AbortController>();
  const hidden = descriptor.fields.filter(({ type }) => type === 'hidden');
  const shown = descriptor.fields
    .filter(({ type }) => type !== 'hidden')
    .map((field) => renderField(field, texts));
  const trap = createNode('input', { name: descriptor.honeypot, tabindex: -1, autocomplete: 'off' });
  const button = createNode('button', { part: 'button' }, descriptor.submit ?? texts.SUBMIT ?? '');
  const status = createNode('p', { class: 's w', part: 'status', role: 'status' });
  const form = createNode(
    'form',
    { part: 'form', novalidate: true, 'aria-label': descriptor.title, lang: descriptor.language },
    ...shown.map(({ node }) => node),
    createNode('div', { class: 'x', 'aria-hidden': 'true' }, trap),
    createNode('div', { class: 'w' }, button, status),
  );
  let sending = false;
  for (const one of shown) {
    one.fill(options.valueOf(one.field.name) ?? '');
    if (one.field.type === 'upload') one.control.addEventListener('change', () => take(one));
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!sending) void send();
  });
  // Told where it is left, gone as soon as it is mended.
  form.addEventListener('change', ({ target }) => look(target, true));
  form.addEventListener('input', ({ target }) => look(target, false));
  return form;

  async function send(): Promise<void> {
    setSending(true, texts.SENDING);
    const answers = await readAll();
    if (answers === undefined) return;
    const { errors } = forms.validate(descriptor, answers);
    if (Object.keys(errors).length > 0)
      return refuse({ success: false, code: 'SUBMISSION_INVALID', message: texts.INVALID ?? '', errors });
    const result = await forms.submit(descriptor.form, answers, {
      onWaiting: (why) => setSending(true, why === 'offline' ? texts.OFFLINE : texts.SENDING),
    });
    if (result.success) options.onSubmitted(result.data);
    else refuse(result);
  }

  /** Undefined when a file did not come through: that has been told. */
  async function readAll(): Promise<FormAnswers | undefined> {
    const answers: Record<string, FormAnswers[string]> = { [descriptor.honeypot]: trap.value || undefined };
    for (const { name } of hidden) answers[name] = options.valueOf(name);
    for (const one of shown) {
      const { field, read } = one;
      // One that did not come through before.
      if (field.type === 'upload' && !uploads.has(field.name)) take(one);
      const uploaded = await uploads.get(field.name);
      if (uploaded?.success === false) {
        refuse({ ...uploaded, errors: { [field.name]: messageOfUpload(uploaded) } });
        return undefined;
      }
      const value = field.type === 'upload' ? uploaded?.data : read();
      answers[field.name] = value === '' ? undefined : value;
    }
    return answers;
  }

  function refuse(failure: Failure): void {
    const { errors, message } = failure;
    for (const { field, tell } of shown) {
      tell(errors[field.name] ?? '');
      // A file that the server does not have any more is uploaded anew with the next try.
      if (errors[field.name] !== undefined) uploads.delete(field.name);
    }
    const first = shown.find(({ field }) => errors[field.name] !== undefined);
    setSending(false, first ? texts.INVALID : message);
    (first?.control ?? button).focus();
    options.onFailed(failure);
  }

  function setSending(now: boolean, text = ''): void {
    sending = now;
    // Not `disabled`: that would take the focus away.
    button.setAttribute('aria-disabled', String(now));
    status.textContent = text;
  }

  function look(target: EventTarget | null, left: boolean): void {
    const one = shown.find(
      ({ node, field }) => target instanceof Node && node.contains(target) && field.type !== 'upload',
    );
    if (one === undefined) return;
    const { name } = one.field;
    const value = one.read();
    const error =
      forms.validate({ ...descriptor, fields: [one.field] }, { [name]: value }).errors[name] ?? '';
    if (error === '' || (left && value !== '')) one.tell(error);
  }

  /** Uploads a file as soon as it is chosen. */
  function take({ field, control, node, tell }: ShownField): void {
    node.querySelector('output')?.remove();
    uploads.delete(field.name);
    replaced.get(field.name)?.abort();
    tell('');
    const file = control instanceof HTMLInputElement ? control.files?.[0] : undefined;
    if (file === undefined) return;
    const code = fileProblem(field, file);
    if (code !== undefined) {
      const message = messageOf(descriptor, field, code);
      tell(message);
      uploads.set(field.name, Promise.resolve({ success: false, code, message, errors: {} }));
      return;
    }
    const progress = createNode('progress', { max: file.size, value: 0, 'aria-label': file.name });
    const said = createNode('span', {}, texts.UPLOADING ?? '');
    const told = createNode('output', { part: 'upload' }, said, progress);
    control.after(told);
    const gone = new AbortController();
    replaced.set(field.name, gone);
    const upload = forms.upload(file, {
      form: descriptor.form,
      field: field.name,
      signal: gone.signal,
      onWaiting: (why) => {
        if (why === 'offline') said.textContent = texts.OFFLINE ?? '';
      },
      onProgress: (sent) => {
        progress.value = sent;
        said.textContent = texts.UPLOADING ?? '';
      },
    });
    uploads.set(field.name, upload);
    void upload.then((result) => {
      if (!told.isConnected) return;
      told.textContent = result.success ? `✓ ${file.name}` : '';
      if (result.success) return;
      tell(messageOfUpload(result));
      uploads.delete(field.name);
    });
  }

  function messageOfUpload({ code, message }: Failure): string {
    return code === 'UPLOAD_REFUSED' ? message : (texts[code] ?? toldFor(code, texts) ?? message);
  }
}
