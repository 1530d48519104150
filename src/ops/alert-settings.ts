import type { Settings } from '../config/environment.ts';
import type { AlertSettings } from './look-at-rules.ts';

/** Trouble has to be gone for this share of the window, and no longer than two minutes, before an alert resolves. */
const QUIET_SHARE = 0.4;
const MAX_QUIET_MS = 120_000;

/** What the environment says of the alerts. */
export function alertSettingsOf(settings: Settings): AlertSettings {
  return {
    thresholds: {
      windowMs: settings.alertWindowMs,
      minCalls: settings.alertMinCalls,
      successRate: settings.alertSuccessRate,
      errorRate: settings.alertErrorRate,
      responseMs: settings.alertResponseMs,
      queue: settings.alertQueue,
      dailyShare: settings.alertDailyShare,
    },
    pace: {
      quietMs: Math.min(MAX_QUIET_MS, settings.alertWindowMs * QUIET_SHARE),
      remindMs: settings.alertRemindMs,
    },
  };
}
