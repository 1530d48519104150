import { createServer } from 'node:http';
import { listen } from './raw-server.ts';

/** A form-encoded request, as it arrived. */
export interface FormCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

export interface FormAnswer {
  readonly status: number;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface FormServer {
  readonly url: string;
  close(): Promise<void>;
}

/** An HTTP server on this machine that answers each form with what `answer` says. */
export async function startFormServer(
  answer: (call: FormCall) => FormAnswer | Promise<FormAnswer>,
): Promise<FormServer> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', async () => {
      const { status, body } = await answer({
        path: request.url ?? '',
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(text)),
      });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
