import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FAULT_PRESET_NAMES, FAULT_PRESETS, isFaultPreset } from './fault-presets.ts';
import { type FaultPlan, FaultPlanner, faultSchema } from './faults.ts';
import { type HoldRule, holdSchema } from './hold.ts';
import { SetupError } from './setup-error.ts';

const documentSchema = z.strictObject({
  faults: z.array(faultSchema).optional(),
  /** Names of FAULT_PRESETS; their faults stand behind those of `faults`. */
  presets: z
    .array(
      z.custom<keyof typeof FAULT_PRESETS>(isFaultPreset, {
        error: `is no preset; there are ${FAULT_PRESET_NAMES.join(', ')}`,
      }),
    )
    .optional(),
  holdAfterApply: holdSchema.optional(),
});

/** What a plan asks for. */
export interface PlannedFaults {
  faults: FaultPlan[];
  holdAfterApply?: HoldRule;
}

/**
 * A plan as it is given in a file or to the admin endpoint: one fault, an array of faults, or
 * `{"faults": [...], "presets": ["flaky"], "holdAfterApply": {...}}`. Throws a ZodError that names each wrong field.
 */
export function parseFaultPlan(given: unknown): PlannedFaults {
  if (Array.isArray(given)) return { faults: z.array(faultSchema).parse(given) };
  // Not a union of a fault and a document: its errors would not name the wrong field.
  if (typeof given === 'object' && given !== null && Object.hasOwn(given, 'do'))
    return { faults: [faultSchema.parse(given)] };
  const { faults = [], presets = [], holdAfterApply } = documentSchema.parse(given);
  return {
    faults: [...faults, ...presets.flatMap((name): readonly FaultPlan[] => FAULT_PRESETS[name])],
    ...(holdAfterApply && { holdAfterApply }),
  };
}

/** Reads a plan file. Throws a SetupError that names the field, or the line where the JSON breaks. */
export function readFaultPlan(file: string): PlannedFaults {
  const text = readText(file);
  try {
    return parseFaultPlan(JSON.parse(text));
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new SetupError(`The fault plan ${file} is not valid:\n${z.prettifyError(error)}`, {
        cause: error,
      });
    if (error instanceof SyntaxError)
      throw new SetupError(`The fault plan ${file} is not JSON${lineOf(text, error)}: ${error.message}`, {
        cause: error,
      });
    throw error;
  }
}

/**
 * The faults that a request brings along: the name of a preset or a plan as JSON. They are played for sure, whatever chance,
 * `after` and `times` say. Throws a ZodError or SyntaxError.
 */
export function faultsOfRequest(header: string): FaultPlanner {
  const text = header.trim();
  const given: unknown = isFaultPreset(text) ? { presets: [text] } : JSON.parse(text);
  const planner = new FaultPlanner(() => 0);
  const { faults } = parseFaultPlan(given);
  planner.add(faults.map((fault) => ({ id: 'header', ...fault, probability: 1, after: 0 })));
  return planner;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SetupError(
      `The fault plan ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Node names the place only for some mistakes, counted in characters. */
function lineOf(text: string, { message }: SyntaxError): string {
  const place = /position (\d+)/.exec(message)?.[1];
  return place === undefined ? '' : `, line ${text.slice(0, Number(place)).split('\n').length}`;
}
