import { contactForm, defineConfig, demoRequestForm, quoteRequestForm, uploadForm } from 'spoke';

/** Agreed to by a box; HubSpot has this kind of e-mail in every new portal. */
const newsletter = { subscription: 'Marketing Information', version: '2026-11' };

const services = [
  { value: 'catalogue', label: 'A clean catalogue' },
  { value: 'prices', label: 'Price lists that match' },
  { value: 'audit', label: 'To know what we have' },
];

export default defineConfig({
  // Nothing but forms: what an application records would stand here.
  events: {},
  forms: {
    contact: contactForm({ newsletter, without: ['country'] }),
    demo_request: demoRequestForm({ newsletter, services, without: ['country'] }),
    quote_request: quoteRequestForm({ newsletter, services, without: ['country'] }),
    upload: uploadForm(),
  },
  website: {
    // The pages of the site, and nobody else's, may send forms.
    origins: [process.env.SITE_ORIGIN ?? 'http://127.0.0.1:3000'],
    defaultCountry: 'DE',
    uploads: { store: { kind: 'disk', folder: process.env.UPLOAD_FOLDER ?? 'uploads' } },
  },
});
