import { type CSSProperties, createElement, type ReactNode, useEffect, useRef } from 'react';
import type { SolveChallenge, Submitted } from '../core/index.ts';
import type { Failure } from '../core/result.ts';
import { defineSpokeForm, type SpokeFormElement } from '../element/index.ts';

export interface SpokeFormProps {
  /** Name of the form in the config. */
  readonly form: string;
  /** Where Spoke's HTTP API is; default: where the page is. */
  readonly url?: string;
  readonly language?: string;
  /** A CSS colour. */
  readonly accent?: string;
  readonly id?: string;
  readonly className?: string;
  /** For custom properties of the element: `{ '--spoke-radius': '0' } as CSSProperties`. */
  readonly style?: CSSProperties;
  /** Values that fields begin with, also of hidden ones. */
  readonly values?: Readonly<Record<string, string>>;
  readonly solveChallenge?: SolveChallenge;
  readonly onSubmitted?: (submitted: Submitted) => void;
  readonly onError?: (failure: Failure) => void;
  /** Shown until the form is there, and left when it cannot be loaded: a plain form, for pages rendered on a server. */
  readonly children?: ReactNode;
}

/** The element `<spoke-form>` as a component: React 18 hands a custom element neither properties nor events. */
export function SpokeForm(props: SpokeFormProps): ReactNode {
  const { form, url, language, accent, id, className, style, values = {}, children } = props;
  const node = useRef<SpokeFormElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
    if (node.current) node.current.solveChallenge = props.solveChallenge;
  });
  useEffect(() => {
    const element = node.current;
    const submitted = (event: Event) => latest.current.onSubmitted?.(detailOf(event));
    const failed = (event: Event) => latest.current.onError?.(detailOf(event));
    element?.addEventListener('spoke-submitted', submitted);
    element?.addEventListener('spoke-error', failed);
    defineSpokeForm();
    return () => {
      element?.removeEventListener('spoke-submitted', submitted);
      element?.removeEventListener('spoke-error', failed);
    };
  }, []);
  const data = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `data-${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`,
      value,
    ]),
  );
  // React 18 writes `class` and not `className` on a custom element.
  return createElement(
    'spoke-form',
    { ref: node, form, url, language, accent, id, class: className, style, ...data },
    children,
  );
}

type NamedFormProps = Omit<SpokeFormProps, 'form'> & { readonly form?: string };

/** The form `contact`. */
export function ContactForm(props: NamedFormProps): ReactNode {
  return createElement(SpokeForm, { form: 'contact', ...props });
}

/** The form `demo_request`. */
export function DemoRequestForm(props: NamedFormProps): ReactNode {
  return createElement(SpokeForm, { form: 'demo_request', ...props });
}

/** The form `quote_request`. */
export function QuoteRequestForm(props: NamedFormProps): ReactNode {
  return createElement(SpokeForm, { form: 'quote_request', ...props });
}

/** The form `upload`. */
export function UploadForm(props: NamedFormProps): ReactNode {
  return createElement(SpokeForm, { form: 'upload', ...props });
}

/** The element's own events carry what their type says. */
function detailOf<Detail>(event: Event): Detail {
  return (event as CustomEvent<Detail>).detail;
}
