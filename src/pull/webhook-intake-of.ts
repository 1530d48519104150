import type { Settings } from '../config/environment.ts';
import type { MirrorConfig } from '../config/mirror.ts';
import { tokenFromFile, tokenFromText } from '../hubspot/token.ts';
import { createWebhookIntake, type WebhookIntake, type WebhookIntakeOptions } from './webhook-intake.ts';

/** As the settings say: undefined without the secret of an app, or without a mirror that would follow its hints. */
export function webhookIntakeOf({
  settings,
  mirror,
  ...options
}: Omit<WebhookIntakeOptions, 'secret' | 'portalId' | 'mirror'> & {
  readonly settings: Pick<Settings, 'hubspotAppSecret' | 'hubspotAppSecretFile' | 'hubspotPortalId'>;
  readonly mirror: MirrorConfig | undefined;
}): WebhookIntake | undefined {
  const { hubspotAppSecret: text, hubspotAppSecretFile: file, hubspotPortalId } = settings;
  const secret =
    text !== undefined ? tokenFromText(text) : file !== undefined ? tokenFromFile(file) : undefined;
  if (secret === undefined || mirror === undefined) return undefined;
  return createWebhookIntake({ ...options, mirror, secret, portalId: String(hubspotPortalId) });
}
