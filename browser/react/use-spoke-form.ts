import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  createForms,
  type FormAnswers,
  type FormDescriptor,
  type Forms,
  type FormsOptions,
  type Submitted,
  type Waiting,
} from '../core/index.ts';
import type { Failure, Result } from '../core/result.ts';

/** loading → ready → sending → sent, or ready again with errors; failed: the form could not be loaded. */
export type SpokeFormState = 'loading' | 'ready' | 'sending' | 'sent' | 'failed';

export interface SpokeFormControl {
  readonly state: SpokeFormState;
  readonly descriptor: FormDescriptor | undefined;
  /** What is wrong with each field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What went wrong as a whole. */
  readonly failure: Failure | undefined;
  readonly submitted: Submitted | undefined;
  /** Why it is not sent yet, while it is being sent. */
  readonly waiting: Waiting | undefined;
  submit(data: FormAnswers): Promise<Result<Submitted>>;
  readonly upload: Forms['upload'];
}

interface Seen {
  readonly state: SpokeFormState;
  readonly descriptor?: FormDescriptor;
  readonly failure?: Failure;
  readonly submitted?: Submitted;
  readonly waiting?: Waiting | undefined;
}

const NO_ERRORS: Readonly<Record<string, string>> = {};

/** A form without any looks: for pages that build the fields themselves. The form is loaded anew when its name, the url or the language changes. */
export function useSpokeForm(form: string, options: FormsOptions = {}): SpokeFormControl {
  const { url, language } = options;
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const forms = useMemo(
    () =>
      createForms({
        ...(url === undefined ? {} : { url }),
        ...(language === undefined ? {} : { language }),
        // Functions are written where they are used, and so are others at each render: none of them loads the form anew.
        fetch: (...args) => (latest.current.fetch ?? fetch)(...args),
        solveChallenge: async (challenge) => latest.current.solveChallenge?.(challenge),
      }),
    [url, language],
  );
  const [seen, setSeen] = useState<Seen>({ state: 'loading' });
  const mounted = useRef<AbortController>(undefined);
  useEffect(() => {
    const gone = new AbortController();
    mounted.current = gone;
    setSeen({ state: 'loading' });
    void forms.load(form).then((loaded) => {
      if (gone.signal.aborted) return;
      // Who sends before the form is there stays sending.
      setSeen((before) => {
        if (before.state !== 'loading')
          return loaded.success ? { ...before, descriptor: loaded.data } : before;
        return loaded.success
          ? { state: 'ready', descriptor: loaded.data }
          : { state: 'failed', failure: loaded };
      });
    });
    return () => gone.abort();
  }, [forms, form]);
  const submit = useCallback(
    async (data: FormAnswers) => {
      const gone = mounted.current;
      const change = (next: (before: Seen) => Seen) => {
        if (!gone?.signal.aborted) setSeen(next);
      };
      change(({ descriptor }) => ({ state: 'sending', ...(descriptor ? { descriptor } : {}) }));
      const result = await forms.submitWithValidation(form, data, {
        onWaiting: (waiting) => change((before) => ({ ...before, waiting })),
      });
      change(({ descriptor }) => ({
        ...(descriptor ? { descriptor } : {}),
        ...(result.success ? { state: 'sent', submitted: result.data } : { state: 'ready', failure: result }),
      }));
      return result;
    },
    [forms, form],
  );
  const { state, descriptor, failure, submitted, waiting } = seen;
  const errors = failure?.errors ?? NO_ERRORS;
  return { state, descriptor, errors, failure, submitted, waiting, submit, upload: forms.upload };
}
