import type { Exchange } from './exchange.ts';
import { isRecord, numberOf, own, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { paths } from './paths.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';

/** The way of deals or tickets through their stages. */
export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
  readonly stages: readonly Stage[];
}

export interface Stage {
  /** What `dealstage` or `hs_pipeline_stage` holds. */
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  /** All values are text: of deals `probability` (0 to 1) and `isClosed`, of tickets `ticketState`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly archived: boolean;
}

export interface NewStage {
  readonly label: string;
  readonly displayOrder: number;
  /** Of deals at least `probability`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface NewPipeline {
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly NewStage[];
}

/** Pipelines of `deals`, `tickets` and custom objects. Every call is one HTTP try. */
export interface Pipelines {
  /** All of them with their stages, unpaged. */
  list(objectType: string, call?: CallOptions): Promise<Exchange>;
  /** As `list`, parsed; raises the errors of expectBody. */
  expectList(objectType: string, options?: ReadOptions): Promise<readonly Pipeline[]>;
  get(objectType: string, id: string, call?: CallOptions): Promise<Exchange>;
  create(objectType: string, pipeline: NewPipeline, call?: CallOptions): Promise<Exchange>;
  patch(
    objectType: string,
    id: string,
    change: Partial<Omit<NewPipeline, 'stages'>>,
    call?: CallOptions,
  ): Promise<Exchange>;
  listStages(objectType: string, pipelineId: string, call?: CallOptions): Promise<Exchange>;
  createStage(objectType: string, pipelineId: string, stage: NewStage, call?: CallOptions): Promise<Exchange>;
  patchStage(
    objectType: string,
    stage: { readonly pipelineId: string; readonly id: string },
    change: Partial<NewStage>,
    call?: CallOptions,
  ): Promise<Exchange>;
}

export function createPipelines(transport: Transport): Pipelines {
  const send = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object, call?: CallOptions) =>
    transport.request({ ...call, method, path, ...(body === undefined ? {} : { body }) });
  const list: Pipelines['list'] = (objectType, call) =>
    send('GET', paths.pipelines(objectType), undefined, call);
  return {
    list,
    expectList: (objectType, options = {}) =>
      readAnswer(
        {
          what: `read the pipelines of ${objectType}`,
          send: () => list(objectType, options),
          parse: (body) => parseEntries(body, 'results', parsePipeline),
        },
        options,
      ),
    get: (objectType, id, call) => send('GET', paths.pipeline(objectType, id), undefined, call),
    create: (objectType, pipeline, call) => send('POST', paths.pipelines(objectType), pipeline, call),
    patch: (objectType, id, change, call) => send('PATCH', paths.pipeline(objectType, id), change, call),
    listStages: (objectType, pipelineId, call) =>
      send('GET', paths.stages(objectType, pipelineId), undefined, call),
    createStage: (objectType, pipelineId, stage, call) =>
      send('POST', paths.stages(objectType, pipelineId), stage, call),
    patchStage: (objectType, { pipelineId, id }, change, call) =>
      send('PATCH', paths.stage(objectType, pipelineId, id), change, call),
  };
}

/** Reads one pipeline with its stages. */
export function parsePipeline(value: unknown): Parsed<Pipeline> {
  const head = parseHead(value);
  if (!head.ok) return head;
  const stages = parseEntries(value, 'stages', parseStage);
  return stages.ok ? parsedAs({ ...head.value, stages: stages.value }) : stages;
}

/** Reads one stage. */
export function parseStage(value: unknown): Parsed<Stage> {
  const head = parseHead(value);
  if (!head.ok) return head;
  const metadata = own(value, 'metadata');
  const texts = Object.entries(isRecord(metadata) ? metadata : {}).flatMap(([name, entry]) => {
    const text = typeof entry === 'boolean' ? String(entry) : textOf(entry);
    return text === undefined ? [] : [[name, text] as const];
  });
  return parsedAs({ ...head.value, metadata: Object.fromEntries(texts) });
}

/** What pipelines and stages have in common. Their ids are words for HubSpot's own ones. */
function parseHead(value: unknown): Parsed<Omit<Pipeline, 'stages'>> {
  const id = textOf(own(value, 'id'));
  if (id === undefined || id === '') return misfit('it has no id');
  return parsedAs({
    id,
    label: textOf(own(value, 'label')) ?? id,
    displayOrder: numberOf(own(value, 'displayOrder')) ?? 0,
    archived: own(value, 'archived') === true,
  });
}
