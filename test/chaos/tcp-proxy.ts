import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { createRandom, type Random } from './random.ts';

/** Bytes held back for one direction of one connection before the sender is made to wait. */
const QUEUE_BYTES = 1024 * 1024;

/** `up` is from the client to the server behind the proxy. */
export type Direction = 'up' | 'down';

export type Toxic =
  /**
   * Each chunk leaves `delayMs` (+ up to `jitterMs`) after it came, even when the toxic is removed or the sender has gone
   * meanwhile: a late write.
   */
  | {
      readonly kind: 'latency';
      readonly direction: Direction;
      readonly delayMs: number;
      readonly jitterMs?: number;
    }
  | { readonly kind: 'bandwidth'; readonly direction: Direction; readonly bytesPerSecond: number }
  /** The end of a connection is passed on only after `delayMs`. */
  | { readonly kind: 'slow-close'; readonly delayMs: number }
  /** Connections end at once and new ones are closed. */
  | { readonly kind: 'cut' }
  /** A connection is reset (RST) to both sides when `afterBytes` have passed in this direction since the toxic came. */
  | { readonly kind: 'reset'; readonly direction: Direction; readonly afterBytes: number }
  /** Nothing passes and nobody is told. On removal the held bytes are delivered, or the touched connections are reset. */
  | { readonly kind: 'black-hole'; readonly onHeal: 'deliver' | 'reset' }
  /** The server's side is gone, the client's stays open and silent until removal, when it is reset. */
  | { readonly kind: 'half-open' };

export interface AppliedToxic {
  readonly toxic: Toxic;
  /** Chunks delayed, connections ended, reset or silenced: what the fault really touched. */
  readonly hits: number;
  remove(): void;
}

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Connections open at this moment. */
  readonly open: number;
  /** Bytes that came in, in each direction, passed on or not. */
  readonly received: Readonly<Record<Direction, number>>;
  apply(toxic: Toxic): AppliedToxic;
  /** Removes every toxic. */
  heal(): void;
  /** Resolves when the listener and every connection are closed. */
  stop(): Promise<void>;
}

interface Chunk {
  readonly bytes: Buffer;
  /** When it may leave: fixed at arrival, whatever becomes of the toxic that delays it. */
  readonly due: number;
}

/** One toxic at work: `touched` are the connections it silenced or changed. */
interface Active {
  readonly toxic: Toxic;
  readonly touched: Set<Connection>;
  readonly passed: Map<Connection, number>;
  hits: number;
}

/**
 * A TCP proxy that misbehaves on request, in front of Postgres or of the portal.
 * States of a connection: open -> ending (one side closed, the queue still drains) -> closed.
 */
export async function startTcpProxy(
  target: { host: string; port: number },
  random: Random = createRandom(1),
): Promise<TcpProxy> {
  const active = new Set<Active>();
  const connections = new Set<Connection>();
  const received = { up: 0, down: 0 };
  const shape: Shape = {
    active,
    received,
    random,
    closed: (one: Connection) => void connections.delete(one),
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const cut = ofKind(active, 'cut');
    if (cut) {
      cut.hits += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const upstream = tcpConnect({ ...target, allowHalfOpen: true, noDelay: true });
    const connection = new Connection(client, upstream, shape);
    connections.add(connection);
    const halfOpen = ofKind(active, 'half-open');
    if (halfOpen) silence(connection, halfOpen);
  });
  await listening(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no TCP port.');

  const remove = (one: Active): void => {
    if (!active.delete(one)) return;
    const { toxic } = one;
    const ends = toxic.kind === 'half-open' || (toxic.kind === 'black-hole' && toxic.onHeal === 'reset');
    for (const connection of [...one.touched]) {
      if (ends) connection.reset();
    }
    for (const connection of connections) connection.wake();
  };

  return {
    host: '127.0.0.1',
    port: address.port,
    received,
    get open() {
      return connections.size;
    },
    apply(toxic) {
      const one: Active = { toxic, touched: new Set(), passed: new Map(), hits: 0 };
      active.add(one);
      for (const connection of [...connections]) {
        if (toxic.kind === 'cut') {
          one.hits += 1;
          connection.reset();
        } else if (toxic.kind === 'half-open') silence(connection, one);
        else connection.wake();
      }
      return {
        toxic,
        get hits() {
          return one.hits;
        },
        remove: () => remove(one),
      };
    },
    heal() {
      for (const one of [...active]) remove(one);
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of [...connections]) connection.reset();
      await closed;
    },
  };
}

/** Two pumps and the sockets they join. */
class Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  private readonly shape: Shape;
  private readonly pumps: Pump[];
  private pumpsRunning = 2;
  private done = false;

  constructor(client: Socket, upstream: Socket, shape: Shape) {
    this.client = client;
    this.upstream = upstream;
    this.shape = shape;
    this.pumps = [
      new Pump(this, 'up', client, upstream, shape),
      new Pump(this, 'down', upstream, client, shape),
    ];
    // A server that cannot be reached is passed on as a reset; a client that left still has its queue delivered.
    upstream.on('error', () => this.reset());
    client.on('error', () => undefined);
  }

  get closed(): boolean {
    return this.done;
  }

  wake(): void {
    for (const pump of this.pumps) pump.wake();
  }

  pumpEnded(): void {
    this.pumpsRunning -= 1;
    if (this.pumpsRunning === 0) this.finish(() => undefined);
  }

  reset(): void {
    // Node loses a handle for good when it resets a socket whose end is already being sent.
    this.finish((socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy()));
  }

  private finish(close: (socket: Socket) => void): void {
    if (this.done) return;
    this.done = true;
    for (const socket of [this.client, this.upstream]) {
      socket.on('error', () => undefined);
      close(socket);
      if (!socket.destroyed) socket.destroySoon();
    }
    this.wake();
    this.shape.closed(this);
  }
}

interface Shape {
  readonly active: ReadonlySet<Active>;
  readonly received: Record<Direction, number>;
  readonly random: Random;
  closed(connection: Connection): void;
}

/** Moves the bytes of one direction: reads eagerly into a bounded queue, writes when the toxics let it. */
class Pump {
  private readonly connection: Connection;
  private readonly direction: Direction;
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly shape: Shape;
  private readonly queue: Chunk[] = [];
  private queued = 0;
  private ended = false;
  private wakeUp: () => void = () => undefined;

  constructor(connection: Connection, direction: Direction, from: Socket, to: Socket, shape: Shape) {
    this.connection = connection;
    this.direction = direction;
    this.from = from;
    this.to = to;
    this.shape = shape;
    from.on('data', (bytes: Buffer) => {
      shape.received[direction] += bytes.length;
      this.queue.push({ bytes, due: performance.now() + this.latency() });
      this.queued += bytes.length;
      if (this.queued > QUEUE_BYTES) from.pause();
      this.wake();
    });
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    from.on('end', end);
    from.on('close', end);
    void this.run();
  }

  wake(): void {
    this.wakeUp();
  }

  private async run(): Promise<void> {
    while (!this.connection.closed) {
      const hole = ofKind(this.shape.active, 'black-hole');
      const chunk = this.queue[0];
      if (hole && (chunk || this.ended)) {
        if (!hole.touched.has(this.connection)) hole.hits += 1;
        hole.touched.add(this.connection);
        await this.woken();
      } else if (chunk) {
        await this.forward(chunk);
      } else if (this.ended) {
        const slow = ofKind(this.shape.active, 'slow-close');
        if (slow && slow.toxic.kind === 'slow-close') {
          slow.hits += 1;
          await this.woken(slow.toxic.delayMs);
        }
        this.to.end();
        break;
      } else {
        await this.woken();
      }
    }
    this.connection.pumpEnded();
  }

  /** Sends the first chunk, or a part of it, or waits for the moment at which it may leave. */
  private async forward(chunk: Chunk): Promise<void> {
    let part = chunk.bytes;
    while (performance.now() < chunk.due && !this.connection.closed) {
      await this.woken(chunk.due - performance.now());
    }
    for (const one of this.shape.active) {
      const { toxic } = one;
      if (!('direction' in toxic) || toxic.direction !== this.direction) continue;
      if (toxic.kind === 'bandwidth') {
        part = part.subarray(0, Math.max(1, Math.floor(toxic.bytesPerSecond / 20)));
        one.hits += 1;
        await this.woken((part.length / toxic.bytesPerSecond) * 1000, true);
      } else if (toxic.kind === 'reset') {
        const passed = one.passed.get(this.connection) ?? 0;
        const left = toxic.afterBytes - passed;
        if (left <= part.length) {
          one.hits += 1;
          one.passed.delete(this.connection);
          // The last bytes before the break are let out first, else "after k bytes" would mean "after none".
          if (left > 0) await written(this.to, part.subarray(0, left));
          this.connection.reset();
          return;
        }
        one.passed.set(this.connection, passed + part.length);
      }
    }
    // A black hole may have come while this one waited.
    if (this.connection.closed || ofKind(this.shape.active, 'black-hole')) return;
    this.take(chunk, part.length);
    await written(this.to, part);
  }

  /** Of the toxics that are at work when bytes arrive, ms. */
  private latency(): number {
    let delayMs = 0;
    for (const one of this.shape.active) {
      const { toxic } = one;
      if (toxic.kind !== 'latency' || toxic.direction !== this.direction) continue;
      one.hits += 1;
      delayMs += toxic.delayMs + (toxic.jitterMs ?? 0) * this.shape.random.next();
    }
    return delayMs;
  }

  private take(chunk: Chunk, bytes: number): void {
    if (bytes === chunk.bytes.length) this.queue.shift();
    else this.queue[0] = { bytes: chunk.bytes.subarray(bytes), due: chunk.due };
    this.queued -= bytes;
    if (this.queued <= QUEUE_BYTES && this.from.isPaused()) this.from.resume();
  }

  /** Until something changes, or for `ms`; with `whole`, all of `ms` whatever changes. */
  private async woken(ms?: number, whole = false): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, Math.max(0, ms));
      this.wakeUp = () => {
        if (whole && !this.connection.closed) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = () => undefined;
  }
}

function silence(connection: Connection, by: Active): void {
  by.hits += 1;
  by.touched.add(connection);
  connection.upstream.removeAllListeners('end').removeAllListeners('close');
  connection.upstream.destroy();
}

function ofKind(active: ReadonlySet<Active>, kind: Toxic['kind']): Active | undefined {
  for (const one of active) {
    if (one.toxic.kind === kind) return one;
  }
  return undefined;
}

async function written(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || !socket.writable) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      socket.removeListener('close', settle);
      resolve();
    };
    socket.once('close', settle);
    socket.write(bytes, settle);
  });
}

async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
