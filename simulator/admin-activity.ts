import { z } from 'zod';
import type { AppControls } from './app-controls.ts';
import { appSchema, authorizationSchema } from './apps.ts';
import { ok, type Reply } from './reply.ts';

const appsSchema = z.strictObject({
  add: appSchema.optional(),
  /** A client id. */
  uninstall: z.string().optional(),
});

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
export function answerActivity(controls: AppControls, request: NamedRequest): Reply | undefined {
  switch (`${request.method} ${request.name}`) {
    case 'POST apps': {
      const { add, uninstall } = appsSchema.parse(request.json());
      if (add) controls.addApp(add);
      if (uninstall !== undefined) controls.uninstallApp(uninstall);
      return ok({});
    }
    case 'POST authorize':
      return ok({ code: controls.authorize(authorizationSchema.parse(request.json())) });
    default:
      return undefined;
  }
}
