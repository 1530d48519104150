import { type App, type AppOptions, type AuthorizationRequest, authorizationSchema } from './apps.ts';
import type { Portal } from './portal.ts';

/** The part of a simulator that stands for what people do with apps: registering, installing, uninstalling them. */
export interface AppControls {
  /** Registers an app, or replaces the one with the same client id. */
  addApp(app: AppOptions): App;
  /** Consents in a user's place; returns the code that the app exchanges for tokens. Throws when it may not be granted. */
  authorize(request: AuthorizationRequest): string;
  /** Ends every token of the app: access tokens are revoked, refresh tokens unknown. The app stays registered. */
  uninstallApp(clientId: string): void;
}

export function createAppControls(portal: Portal): AppControls {
  return {
    addApp: (app) => portal.apps.add(app),
    authorize: (request) => portal.apps.authorize(authorizationSchema.parse(request), portal.clock.now()),
    uninstallApp(clientId) {
      const { appId } = portal.apps.uninstall(clientId);
      for (const token of portal.tokens.list())
        if (token.appId === appId && token.kind !== 'static') token.revoked = true;
    },
  };
}
