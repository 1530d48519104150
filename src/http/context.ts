import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Clock } from '../clock.ts';
import type { SpokeConfig } from '../config/define-config.ts';
import type { Database } from '../db/database.ts';
import type { Website } from '../forms/website.ts';
import type { Logger } from '../log.ts';
import type { Mapper } from '../mapping/mapper.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { PullOnDemand } from '../pull/pull-on-demand.ts';
import type { WebhookIntake } from '../pull/webhook-intake.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { Principal } from './api-keys.ts';

/** What the routes work with. */
export interface HttpContext {
  readonly db: Database;
  readonly config: SpokeConfig;
  readonly mapper: Mapper;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'contentType' | 'render'>;
  /** Of an app whose secret is known and a config with a mirror. */
  readonly webhooks?: WebhookIntake;
  readonly pull: Pick<PullOnDemand, 'run'>;
  /** Of a config with forms. */
  readonly website?: Website;
  /** Of a config with forms and `website.uploads`. */
  readonly uploads?: Uploads;
  /** Aborted once the process stops: then it is not ready for more. */
  readonly stopping: AbortSignal;
}

/** What belongs to one request. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    principal?: Principal;
    /** The content security policy of an answer that is a page. */
    policy?: string;
  };
}

export type Api = OpenAPIHono<HttpEnv>;

/** A group of routes: one file under routes/, listed in create-api.ts. */
export type Routes = (api: Api, context: HttpContext) => void;
