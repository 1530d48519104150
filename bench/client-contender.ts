/** One contact as both clients are given it. */
export interface ContactInput {
  readonly id: string;
  readonly properties: Record<string, string>;
}

/** A HubSpot client in the `client` bench. */
export interface ClientContender {
  readonly name: string;
  connect(target: { readonly url: string; readonly token: string }): Promise<ConnectedClient>;
}

export interface ConnectedClient {
  /** One batch upsert by e-mail with a trace id for each input; resolves to the number of results read from the answer. */
  upsert(inputs: readonly ContactInput[]): Promise<number>;
  close(): Promise<void>;
}
