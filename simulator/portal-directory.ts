import { badRequest } from './api-error.ts';
import { ChangeJournal } from './change-journal.ts';
import type { FurtherPortal, PortalSettings, SimulatorOptions } from './options.ts';
import { resolveFirstPortal, resolveFurtherPortal } from './options.ts';
import { PortalUnit, type SharedParts } from './portal-unit.ts';
import { type Route, Router } from './router.ts';
import { ROUTES } from './routes/all-routes.ts';
import { bearerSecret } from './tokens.ts';
import { WebhookApps } from './webhook-apps.ts';

/** As much of a request as tells which portal it is for. */
export interface Addressed {
  method: string;
  /** With the query string. */
  url: string;
  authorization: string | undefined;
  rawBody: Buffer;
}

/** The portals of the process, and which of them a request reaches. There is always a first one. */
export class PortalDirectory {
  readonly first: PortalUnit;
  readonly #options: SimulatorOptions;
  readonly #shared: SharedParts;
  readonly #units = new Map<number, PortalUnit>();

  constructor(options: SimulatorOptions, append?: (line: string) => void, routes: readonly Route[] = ROUTES) {
    this.#options = options;
    const webhookApps = new WebhookApps(options.developerKey);
    const changeJournal = new ChangeJournal();
    const resetWebhooks = () => {
      changeJournal.clear();
      webhookApps.clear();
      for (const app of options.webhooks ?? []) webhookApps.put(app, Date.now());
    };
    resetWebhooks();
    this.#shared = { router: new Router(routes), webhookApps, changeJournal, append, resetWebhooks };
    this.first = this.#enter(resolveFirstPortal(options));
    for (const setup of options.portals ?? []) this.add(setup);
  }

  /** Throws when the id, or one of its tokens, is another portal's. */
  add(setup: FurtherPortal): PortalUnit {
    return this.#enter(resolveFurtherPortal(setup, this.#options));
  }

  all(): PortalUnit[] {
    return [...this.#units.values()];
  }

  find(portalId: number): PortalUnit | undefined {
    return this.#units.get(portalId);
  }

  /** The portal of an id, or the first. Throws when there is none with this id. */
  get(portalId?: number): PortalUnit {
    const unit = portalId === undefined ? this.first : this.find(portalId);
    if (unit) return unit;
    throw badRequest(`no portal ${portalId}; there are ${[...this.#units.keys()].join(', ')}`);
  }

  /**
   * An OAuth call by the code or token it is about; others by their token, else by the portal id in the path (form submissions,
   * the consent page). What names no portal reaches the first.
   */
  of(request: Addressed): PortalUnit {
    if (this.#units.size === 1) return this.first;
    const [path = ''] = request.url.split('?');
    const match = this.#shared.router.match(request.method, path);
    const secrets = match?.route.area === 'oauth' ? oauthSecrets(request, match.params) : [];
    const bearer = bearerSecret(request.authorization);
    if (bearer !== undefined) secrets.push(bearer);
    for (const secret of secrets) {
      const owner = this.all().find(({ portal }) => portal.knowsSecret(secret));
      if (owner) return owner;
    }
    return this.#units.get(Number(match?.params.portalId)) ?? this.first;
  }

  /** A token opens one portal only. Throws when `unit` is not the one that has it. */
  refuseForeignToken(secret: string, unit?: PortalUnit): void {
    const owner = this.#ownerOf(secret);
    if (owner && owner !== unit)
      throw badRequest(`this token already opens portal ${owner.id}; give each portal tokens of its own`);
  }

  #enter(settings: PortalSettings): PortalUnit {
    if (this.#units.has(settings.portalId))
      throw badRequest(`there is already a portal ${settings.portalId}; give each portal an id of its own`);
    for (const { token } of [{ token: settings.token }, ...(settings.tokens ?? [])])
      this.refuseForeignToken(token);
    const unit = new PortalUnit(settings, this.#shared);
    this.#units.set(unit.id, unit);
    return unit;
  }

  #ownerOf(secret: string): PortalUnit | undefined {
    return this.all().find((unit) => unit.portal.tokens.has(secret));
  }
}

/** Every value of an OAuth call that may be a code or a token. */
function oauthSecrets({ url, rawBody }: Addressed, params: Record<string, string>): string[] {
  const query = url.slice(url.indexOf('?') + 1);
  const body = rawBody.toString();
  return [
    ...Object.values(params),
    ...new URLSearchParams(query).values(),
    ...new URLSearchParams(body).values(),
    ...[/"tokenKey"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? ''],
  ];
}
