import type { Command } from 'commander';
import { SpokeError } from '../errors.ts';
import { retryReads } from '../hubspot/retry-reads.ts';
import { createPortalApi, type PortalApi } from '../provisioning/actual-portal.ts';
import { type ApplyReport, applyPlan } from '../provisioning/apply-plan.ts';
import { planConfig } from '../provisioning/plan-config.ts';
import type { Finding, PortalPlan } from '../provisioning/portal-plan.ts';
import { type CommandModule, type Console, EXIT, print } from './command.ts';
import { exitCodeOfCode } from './exit-code.ts';
import { type Loaded, loadEverything } from './load.ts';
import { withPortal } from './portal-calls.ts';
import { applyText, planText } from './portal-text.ts';

interface PlanArguments {
  config?: string;
  json?: boolean;
}

interface ApplyArguments extends PlanArguments {
  yes?: boolean;
}

/** `spoke properties plan|apply`: what the config wants of the portal, and what the portal has. */
export const propertiesCommand: CommandModule = (program, console, finish) => {
  const properties = program
    .command('properties')
    .description('compare the portal with the config, and create what it lacks');

  withCommon(properties.command('plan'))
    .description('show what the portal lacks of the config; changes nothing')
    .action(async (options: PlanArguments) => {
      const loaded = await loadEverything(console, options.config);
      const code = await withPortal(loaded, console.stopping, async (transport, portalId) => {
        const plan = await planOf(loaded, createPortalApi(transport), console.stopping);
        print(console, options.json, { portalId, ...plan }, planText(portalId, plan, true));
        return plan.changes.length > 0 ? EXIT.findings : exitOfFindings(plan.findings);
      });
      finish(code);
    });

  withCommon(properties.command('apply'))
    .description('create what the portal lacks of the config; deletes and renames nothing')
    .option('--yes', 'do it; without it only the plan is shown')
    .action(async (options: ApplyArguments) => {
      const loaded = await loadEverything(console, options.config);
      if (loaded.settings.hubspotPortalId === undefined)
        throw new SpokeError(
          'CONFIG_INVALID',
          'Set HUBSPOT_PORTAL_ID, so that no other portal than the one you mean is changed.',
        );
      finish(
        await withPortal(loaded, console.stopping, (transport, portalId) =>
          apply(console, loaded, createPortalApi(transport), { ...options, portalId }),
        ),
      );
    });
};

function withCommon(command: Command): Command {
  return command
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object');
}

async function apply(
  console: Console,
  loaded: Loaded,
  api: PortalApi,
  { portalId, yes, json }: ApplyArguments & { readonly portalId: string },
): Promise<number> {
  const plan = await planOf(loaded, api, console.stopping);
  const { changes, findings } = plan;
  if (changes.length > 0 && !yes) {
    print(console, json, { portalId, ...plan }, planText(portalId, plan, false));
    if (!json) console.err('Nothing was changed: repeat with --yes.');
    return EXIT.needsYes;
  }
  let made = 0;
  const report = await applyPlan(plan, {
    api,
    signal: console.stopping,
    onStep() {
      made += 1;
      console.live(`${made} of ${changes.length}`);
    },
  });
  console.live('');
  print(console, json, { portalId, ...report, findings }, applyText(portalId, report, findings));
  return exitOfReport(report, findings);
}

function planOf({ config, settings }: Loaded, api: PortalApi, signal: AbortSignal): Promise<PortalPlan> {
  return planConfig(config, api, { retry: retryReads(), signal, ownerId: settings.hubspotOwnerId });
}

function exitOfReport({ stopped, steps }: ApplyReport, findings: readonly Finding[]): number {
  if (stopped !== undefined) return exitCodeOfCode(stopped.code);
  if (steps.some(({ outcome }) => outcome === 'failed')) return EXIT.failed;
  return exitOfFindings(findings);
}

/** Notices are no reason to fail: somebody may have added an option in HubSpot. */
function exitOfFindings(findings: readonly Finding[]): number {
  return findings.some(({ level }) => level === 'problem') ? EXIT.findings : EXIT.done;
}
