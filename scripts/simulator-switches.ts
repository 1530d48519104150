import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { z } from 'zod';
import { behaviourSchema } from '../simulator/behaviour.ts';

/** A switch of the simulator, as its code and the comment above it describe it. */
export interface Switch {
  readonly name: string;
  /** What it can be set to, in words. */
  readonly kind: string;
  /** Its default as JSON. */
  readonly fallback: string;
  readonly text: string;
}

const SOURCE = '../simulator/behaviour.ts';

const Schema = z.object({
  properties: z.record(
    z.string(),
    z.looseObject({
      type: z.string().optional(),
      enum: z.array(z.string()).optional(),
      default: z.unknown(),
    }),
  ),
});

/** All switches in the order of the code. Throws when one has no comment. */
export function readSwitches(): Switch[] {
  const { properties } = Schema.parse(z.toJSONSchema(behaviourSchema));
  const comments = readComments();
  return Object.entries(properties).map(([name, schema]) => {
    const text = comments.get(name);
    if (!text)
      throw new Error(`The switch ${name} has no comment above it in simulator/behaviour.ts: add one.`);
    const kind = schema.enum?.map((value) => `\`${value}\``).join(', ') ?? schema.type ?? 'JSON';
    return { name, kind, fallback: JSON.stringify(schema.default), text };
  });
}

function readComments(): Map<string, string> {
  const path = fileURLToPath(new URL(SOURCE, import.meta.url));
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const comments = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) {
      const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
      const text = doc && ts.getTextOfJSDocComment(doc.comment);
      if (text) comments.set(node.name.text, text.replace(/\s+/g, ' ').trim());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return comments;
}
