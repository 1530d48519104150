// Served as /forms/element.js: it knows by its own address where Spoke is.
import { defineSpokeForm } from './define-spoke-form.ts';

defineSpokeForm({ url: new URL('..', import.meta.url).href });
