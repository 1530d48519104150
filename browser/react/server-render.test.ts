import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import {
  ContactForm,
  DemoRequestForm,
  QuoteRequestForm,
  SpokeForm,
  UploadForm,
  useSpokeForm,
} from './index.ts';

describe('on a server', () => {
  it('a form is its element, with the form inside that works without scripts', () => {
    const props = {
      url: 'https://crm.example.com',
      language: 'de',
      className: 'wide',
      values: { utmSource: 'news' },
    };
    const inside = createElement('form', { action: 'https://crm.example.com/api/contact', method: 'post' });
    expect(renderToString(createElement(ContactForm, props, inside))).toBe(
      '<spoke-form form="contact" url="https://crm.example.com" language="de" class="wide" data-utm-source="news">' +
        '<form action="https://crm.example.com/api/contact" method="post"></form></spoke-form>',
    );
  });

  it.each([
    [DemoRequestForm, 'demo_request'],
    [QuoteRequestForm, 'quote_request'],
    [UploadForm, 'upload'],
  ])('each component names its form', (component, form) => {
    expect(renderToString(createElement(component))).toBe(`<spoke-form form="${form}"></spoke-form>`);
  });

  it('any form of the config has a component', () => {
    expect(renderToString(createElement(SpokeForm, { form: 'callback' }))).toBe(
      '<spoke-form form="callback"></spoke-form>',
    );
  });

  it('a form without looks is loading', () => {
    const Own = () => createElement('p', null, useSpokeForm('contact').state);
    expect(renderToString(createElement(Own))).toBe('<p>loading</p>');
  });
});
