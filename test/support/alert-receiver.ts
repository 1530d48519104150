import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { listen } from './raw-server.ts';

const messageSchema = z.object({
  text: z.string(),
  alert: z.looseObject({ rule: z.string(), subject: z.string(), state: z.string() }).optional(),
});

export interface AlertReceiver {
  readonly url: string;
  /** What has come, also what was refused. */
  readonly messages: z.output<typeof messageSchema>[];
  /** Bodies as they came. */
  readonly bodies: string[];
  /** Statuses of the next answers; then 200. */
  answers: (number | 'never')[];
}

/** A webhook on this machine, closed at the end of the test. */
export async function startAlertReceiver(answers: AlertReceiver['answers'] = []): Promise<AlertReceiver> {
  const receiver: AlertReceiver = { url: '', messages: [], bodies: [], answers };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      receiver.bodies.push(text);
      receiver.messages.push(messageSchema.parse(JSON.parse(text)));
      const status = receiver.answers.shift() ?? 200;
      if (status === 'never') return;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {});
      response.end('ok');
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}/services/SECRET` });
}
