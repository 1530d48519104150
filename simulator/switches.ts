import { z } from 'zod';
import { type BehaviourPatch, behaviourPatchSchema, behaviourSchema } from './behaviour.ts';
import { SetupError } from './setup-error.ts';

export const SWITCH_NAMES: readonly string[] = Object.keys(behaviourSchema.shape);

/**
 * A switch as text, as a command line has it: `true`, `5`, `[1,2]` and `{"contacts":["city"]}` are read as JSON, where the switch
 * does not take the text itself. Throws a SetupError that says what the switch takes.
 */
export function readSwitch(name: string, text: string): BehaviourPatch {
  const asText = behaviourPatchSchema.safeParse({ [name]: text });
  if (asText.success) return asText.data;
  const asJson = behaviourPatchSchema.safeParse({ [name]: jsonOf(text) });
  if (asJson.success) return asJson.data;
  throw new SetupError(
    `The switch ${name} does not take ${JSON.stringify(text)}:\n${z.prettifyError(asJson.error)}`,
    {
      cause: asJson.error,
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
