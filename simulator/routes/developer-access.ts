import { ApiError, notFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';

/** The app in the path, for its developer: by the developer's key, or by a token of the app. Throws 401 or 403 for others. */
export function developedApp(call: Call): number {
  const { webhookApps, tokens, behaviour } = call.portal;
  const appId = Number(param(call, 'appId'));
  if (!Number.isSafeInteger(appId) || appId < 1) throw notFound();
  if (call.query.get('hapikey') !== webhookApps.developerKey) {
    if (tokens.authenticate(call.headers.authorization, call.now, behaviour).appId !== appId)
      throw new ApiError(403, 'This token is not the app’s.', { category: 'BANNED' });
  }
  return appId;
}
