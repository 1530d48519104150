/** One contact as every client is given it. */
export interface ContactInput {
  readonly id: string;
  readonly idProperty: string;
  readonly objectWriteTraceId: string;
  readonly properties: Record<string, string>;
}

/** A HubSpot client in the `client` bench. */
export interface ClientContender {
  readonly name: string;
  connect(target: { readonly url: string; readonly token: string }): Promise<ConnectedClient>;
}

export interface ConnectedClient {
  /** One batch upsert; resolves to the number of results read from the answer. */
  upsert(inputs: ContactInput[]): Promise<number>;
  close(): Promise<void>;
}
