import { z } from 'zod';
import type { AppControls } from './app-controls.ts';
import { appSchema, authorizationSchema } from './apps.ts';
import type { ConsentControls } from './consent-controls.ts';
import { consentChangeSchema } from './consent-controls.ts';
import { subscriptionTypeSchema } from './consent-store.ts';
import { eventDefinitionSchema } from './custom-event-store.ts';
import type { EventControls } from './event-controls.ts';
import type { FormControls } from './form-controls.ts';
import { formSchema } from './form-store.ts';
import { ok, type Reply } from './reply.ts';

const appsSchema = z.strictObject({
  add: appSchema.optional(),
  /** A client id. */
  uninstall: z.string().optional(),
});

const newFormSchema = formSchema.extend({ id: z.uuid().optional() });

/** What people do in and around the portal. */
export interface ActivityControls extends AppControls, ConsentControls, FormControls, EventControls {}

/** What an admin request names, taken apart: `/_simulator/NAME/TYPE/ID`. */
export interface NamedRequest {
  method: string;
  name: string;
  type: string;
  id: string;
  /** The body; throws a SyntaxError when it is not JSON. */
  json: () => unknown;
}

/** The admin endpoints for what people do in and around the portal. undefined: there is no such endpoint. */
export function answerActivity(controls: ActivityControls, request: NamedRequest): Reply | undefined {
  switch (`${request.method} ${request.name}`) {
    case 'POST apps': {
      const { add, uninstall } = appsSchema.parse(request.json());
      if (add) controls.addApp(add);
      if (uninstall !== undefined) controls.uninstallApp(uninstall);
      return ok({});
    }
    case 'POST authorize':
      return ok({ code: controls.authorize(authorizationSchema.parse(request.json())) });
    case 'GET consent':
      return ok(controls.consent(request.type));
    case 'POST consent':
      return ok(controls.setConsent(consentChangeSchema.parse(request.json())));
    case 'GET subscription-types':
      return ok({ results: controls.subscriptionTypes() });
    case 'POST subscription-types':
      return ok(controls.addSubscriptionType(subscriptionTypeSchema.parse(request.json())));
    case 'GET forms':
      return ok({ results: controls.forms() });
    case 'POST forms': {
      const { id, ...form } = newFormSchema.parse(request.json());
      return ok(controls.addForm(id === undefined ? form : { ...form, id }));
    }
    case 'GET submissions':
      return ok({ results: controls.submissions(request.type === '' ? undefined : request.type) });
    case 'POST event-definitions': {
      const { fullyQualifiedName } = controls.defineEvent(eventDefinitionSchema.parse(request.json()));
      return ok({ fullyQualifiedName });
    }
    case 'GET custom-events':
      return ok({ results: controls.customEvents(request.type === '' ? undefined : request.type) });
    case 'GET app-events':
      return ok({ results: controls.appEvents(request.type === '' ? undefined : Number(request.type)) });
    case 'GET timeline': {
      const results = controls.timeline(request.type, request.id);
      return results
        ? ok({ results })
        : { status: 404, body: { error: `no ${request.type} with id ${request.id}` } };
    }
    default:
      return undefined;
  }
}
