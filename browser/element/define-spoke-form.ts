import { createForms, type SolveChallenge, type Submitted } from '../core/index.ts';
import type { Failure } from '../core/result.ts';
import { createNode } from './create-node.ts';
import { createFormView } from './form-view.ts';
import { STYLE } from './style.ts';

/** The element `<spoke-form>` as scripts see it. */
export interface SpokeFormElement extends HTMLElement {
  /** For challenges of others than Spoke. */
  solveChallenge?: SolveChallenge | undefined;
}

/** The events of the element: they bubble, also out of shadow trees. */
export interface SpokeFormEvents {
  'spoke-submitted': CustomEvent<Submitted>;
  'spoke-error': CustomEvent<Failure>;
}

declare global {
  interface HTMLElementTagNameMap {
    'spoke-form': SpokeFormElement;
  }
}

export interface DefineOptions {
  /** Where Spoke's HTTP API is, for elements that do not say so; default: where the page is. */
  readonly url?: string;
}

const NAME = 'spoke-form';
/** Blocks of the skeleton. */
const BLOCKS = 4;

/**
 * Makes `<spoke-form form="…">` known to the page; does nothing where it is known, and on a server.
 *
 * States of an element: loading (shows what stands inside it, else a skeleton) → open → sent; or failed, when the form could not be
 * loaded: then what stands inside it is left, a form that works without scripts.
 */
export function defineSpokeForm({ url: defaultUrl }: DefineOptions = {}): void {
  if (!globalThis.customElements || customElements.get(NAME)) return;
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);

  class SpokeForm extends HTMLElement implements SpokeFormElement {
    static observedAttributes = ['form', 'url', 'language', 'accent'];
    // Only declared: a field would take away what a page has set before this script came.
    declare solveChallenge?: SolveChallenge | undefined;
    readonly #root = this.attachShadow({ mode: 'open' });
    readonly #own = new CSSStyleSheet();
    #shown: AbortController | undefined;
    /** What was typed before the form was shown anew, as in another language. */
    #typed: FormData | undefined;

    connectedCallback(): void {
      this.#root.adoptedStyleSheets = [style, this.#own];
      void this.#show();
    }

    disconnectedCallback(): void {
      this.#shown?.abort();
      this.#shown = undefined;
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (!this.#shown || before === now) return;
      if (name === 'accent') this.#setAccent();
      else void this.#show();
    }

    async #show(): Promise<void> {
      this.#shown?.abort();
      const shown = new AbortController();
      this.#shown = shown;
      this.#setAccent();
      const open = this.#root.querySelector<HTMLFormElement>('[part=form]');
      if (open) this.#typed = new FormData(open);
      const blocks = Array.from({ length: BLOCKS }, () => createNode('div', { class: 'k w' }));
      const inside = () => (this.childElementCount > 0 ? createNode('slot') : undefined);
      this.#root.replaceChildren(inside() ?? createNode('form', { 'aria-hidden': 'true' }, ...blocks));
      // What comes with the element is parsed, and properties are set, before the form is asked for.
      await Promise.resolve();
      const name = this.getAttribute('form') ?? '';
      const forms = createForms({
        url: this.getAttribute('url') ?? defaultUrl,
        language: this.getAttribute('language') ?? this.closest<HTMLElement>('[lang]')?.lang,
        // Looked up when it is needed: a page may set it late.
        solveChallenge: async (challenge) => this.solveChallenge?.(challenge),
      });
      const loaded = await forms.load(name);
      if (shown.signal.aborted) return;
      if (!loaded.success) {
        this.#root.replaceChildren(
          inside() ?? createNode('p', { role: 'alert', part: 'status' }, loaded.message),
        );
        this.#say('spoke-error', loaded);
        return;
      }
      const view = createFormView({
        forms,
        descriptor: loaded.data,
        valueOf: (field) =>
          textIn(this.#typed, field) ?? this.dataset[field] ?? textIn(this.#filledIn(), field),
        onSubmitted: (submitted) => {
          // Also where the form was taken out and put back, or is shown anew, meanwhile.
          if (this.getAttribute('form') === name) this.#thank(submitted, loaded.data.language);
          this.#say('spoke-submitted', submitted);
        },
        onFailed: (failure) => this.#say('spoke-error', failure),
      });
      this.#root.replaceChildren(view);
    }

    #thank({ message }: Submitted, lang: string): void {
      const done = createNode('p', { part: 'success', role: 'status', tabindex: -1, lang }, message);
      // What is below stays where it is, as far as it is seen.
      done.style.minHeight = `min(${this.offsetHeight}px,75vh)`;
      this.#shown?.abort();
      this.#typed = undefined;
      this.#root.replaceChildren(done);
      done.focus();
    }

    /** What was typed into the form inside before this one took its place. */
    #filledIn(): FormData | undefined {
      const form = this.querySelector('form');
      return form ? new FormData(form) : undefined;
    }

    #setAccent(): void {
      const accent = this.getAttribute('accent') ?? '';
      const color = CSS.supports('color', accent) ? `--spoke-accent:${accent}` : '';
      this.#own.replaceSync(`:host{${color}}`);
    }

    #say(type: keyof SpokeFormEvents, detail: Submitted | Failure): void {
      this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    }
  }
  customElements.define(NAME, SpokeForm);
}

/** A field's value; several are joined by `;`. */
function textIn(form: FormData | undefined, name: string): string | undefined {
  return form?.has(name) ? form.getAll(name).join(';') : undefined;
}
