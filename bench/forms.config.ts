import { contactForm, defineConfig } from 'spoke';

/** The contact form as a public site has it, with limits that a load from one machine does not reach. */
export default defineConfig({
  events: {},
  forms: { contact: contactForm({ newsletter: { subscription: 'Newsletter', version: '1' } }) },
  website: {
    // The visitors' addresses come in a header, as from a proxy.
    proxies: ['127.0.0.1'],
    minFillMs: 0,
    limits: { perForm: { count: 1_000_000, seconds: 60 } },
  },
});
