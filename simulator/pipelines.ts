import { z } from 'zod';
import type { ObjectType } from './object-types.ts';
import { defaultPipeline } from './pipeline-defaults.ts';
import type { PropertyRegistry } from './property-registry.ts';
import type { SavedPart } from './saved-part.ts';

const stageSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  displayOrder: z.number().int(),
  /** Values are text, also those of numbers and booleans. */
  metadata: z.record(z.string(), z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Ms of the portal's clock; null while live. */
  archivedAt: z.number().nullable(),
});

const pipelineSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  displayOrder: z.number().int(),
  createdAt: z.number(),
  updatedAt: z.number(),
  archivedAt: z.number().nullable(),
  stages: z.array(stageSchema),
});

const auditSchema = z.strictObject({
  /** Id of the pipeline or stage. */
  identifier: z.string(),
  action: z.enum(['CREATE', 'UPDATE', 'DELETE']),
  at: z.number(),
  userId: z.number().nullable(),
  /** The pipeline or stage as it then was. */
  rawObject: z.unknown(),
});

const rowSchema = z.union([
  z.tuple([z.literal('pipeline'), pipelineSchema]),
  z.tuple([z.literal('audit'), auditSchema]),
  z.tuple([z.literal('next'), z.number().int()]),
]);

export type Stage = z.output<typeof stageSchema>;
export type Pipeline = z.output<typeof pipelineSchema>;
export type PipelineAudit = z.output<typeof auditSchema>;

/** Made ids are numeric text from here on, one count for pipelines and stages. */
const FIRST_ID = 1_001_001;

/**
 * The pipelines of one type of record. A pipeline or stage is live or archived; a deleted one is archived, and can come back.
 * The options of the type's pipeline and stage properties follow from them.
 */
export class PipelineBook implements SavedPart {
  readonly type: ObjectType;
  readonly #registry: PropertyRegistry;
  #pipelines = new Map<string, Pipeline>();
  #audits: PipelineAudit[] = [];
  #nextId = FIRST_ID;

  constructor(type: ObjectType, registry: PropertyRegistry, now: number) {
    this.type = type;
    this.#registry = registry;
    const first = defaultPipeline(type, now);
    this.#pipelines.set(first.id, first);
    this.publish();
  }

  /** In the order in which they are displayed. */
  list(archived = false): Pipeline[] {
    return [...this.#pipelines.values()]
      .filter((pipeline) => isArchived(pipeline) === archived)
      .sort(byOrder);
  }

  /** Live or archived. */
  get(id: string): Pipeline | undefined {
    return this.#pipelines.get(id);
  }

  live(id: string): Pipeline | undefined {
    const pipeline = this.#pipelines.get(id);
    return pipeline && !isArchived(pipeline) ? pipeline : undefined;
  }

  /** The pipeline of records that name none: the one displayed first. */
  default(): Pipeline | undefined {
    return this.list()[0];
  }

  nextId(): string {
    const id = String(this.#nextId);
    this.#nextId += 1;
    return id;
  }

  add(pipeline: Pipeline): void {
    this.#pipelines.set(pipeline.id, pipeline);
  }

  /** Notes what was done to a pipeline or stage, and brings the options of the properties up to date. */
  record(subject: Pipeline | Stage, entry: Pick<PipelineAudit, 'action' | 'at' | 'userId'>): void {
    this.#audits.push({ ...entry, identifier: subject.id, rawObject: structuredClone(subject) });
    this.publish();
  }

  /** Newest first. */
  audits(identifier: string): PipelineAudit[] {
    return this.#audits.filter((audit) => audit.identifier === identifier).reverse();
  }

  /** Makes the live pipelines and stages the options of the type's properties. */
  publish(): void {
    const names = this.type.pipeline;
    if (!names) return;
    const pipelines = this.list();
    this.#setOptions(names.property, pipelines);
    this.#setOptions(names.stage, pipelines.flatMap(liveStages));
  }

  *dump(): Iterable<unknown> {
    for (const pipeline of this.#pipelines.values()) yield ['pipeline', pipeline];
    for (const audit of this.#audits) yield ['audit', audit];
    yield ['next', this.#nextId];
  }

  restore(row: unknown): void {
    const [kind, value] = rowSchema.parse(row);
    if (kind === 'pipeline') this.add(value);
    else if (kind === 'audit') this.#audits.push(value);
    else this.#nextId = value;
    this.publish();
  }

  #setOptions(name: string, from: readonly { id: string; label: string }[]): void {
    const property = this.#registry.get(name);
    if (!property) return;
    const options = from.map(({ id, label }, displayOrder) => ({
      label,
      value: id,
      displayOrder,
      hidden: false,
    }));
    const { kind: _, optionValues: __, ...definition } = property;
    this.#registry.put({ ...definition, options });
  }
}

/** In the order in which they are displayed. */
export function liveStages(pipeline: Pipeline): Stage[] {
  return pipeline.stages.filter((stage) => !isArchived(stage)).sort(byOrder);
}

export function isArchived({ archivedAt }: Pipeline | Stage): boolean {
  return archivedAt !== null;
}

function byOrder(one: Pipeline | Stage, other: Pipeline | Stage): number {
  return one.displayOrder - other.displayOrder;
}
