import type { Exchange } from './exchange.ts';
import { type AssociationLabel, parseLabel } from './link.ts';
import { parseEntries } from './parsed.ts';
import { paths } from './paths.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import type { Transport } from './transport.ts';

export interface NewAssociationLabel {
  /** Internal, lower-case snake. */
  readonly name: string;
  readonly label: string;
  /** Makes it a paired label, with another name in the other direction. */
  readonly inverseLabel?: string;
}

/** Kinds of link between two object types. */
export interface AssociationLabels {
  list(fromType: string, toType: string, call?: CallOptions): Promise<Exchange>;
  /** As `list`, parsed: HubSpot's own kinds and the portal's; raises the errors of expectBody. */
  expectList(fromType: string, toType: string, options?: ReadOptions): Promise<readonly AssociationLabel[]>;
  /** A paired label gets a type id in each direction. Not to be repeated after an unknown outcome: read the list first. */
  create(fromType: string, toType: string, label: NewAssociationLabel, call?: CallOptions): Promise<Exchange>;
  rename(
    fromType: string,
    toType: string,
    label: { readonly associationTypeId: number; readonly label: string; readonly inverseLabel?: string },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** Takes the label off all links that have it; 204. */
  remove(fromType: string, toType: string, typeId: number, call?: CallOptions): Promise<Exchange>;
}

export function createAssociationLabels(transport: Transport): AssociationLabels {
  const list: AssociationLabels['list'] = (fromType, toType, call) =>
    transport.request({ ...call, method: 'GET', path: paths.associationLabels(fromType, toType) });
  const send =
    (method: 'POST' | 'PUT') =>
    (fromType: string, toType: string, body: object, call?: CallOptions): Promise<Exchange> =>
      transport.request({ ...call, method, path: paths.associationLabels(fromType, toType), body });
  return {
    list,
    expectList: (fromType, toType, options = {}) =>
      readAnswer(
        {
          what: `read the labels between ${fromType} and ${toType}`,
          send: () => list(fromType, toType, options),
          parse: (body) => parseEntries(body, 'results', parseLabel),
        },
        options,
      ),
    create: send('POST'),
    rename: send('PUT'),
    remove: (fromType, toType, typeId, call) =>
      transport.request({
        ...call,
        method: 'DELETE',
        path: paths.associationLabel(fromType, toType, typeId),
      }),
  };
}
