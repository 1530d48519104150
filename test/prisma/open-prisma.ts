import type { Client } from '../integration/executors-clients.ts';

/** The part of the generated client that the test uses. Both modules are there only once this folder's script has run. */
interface PrismaClient {
  readonly $transaction: <T>(work: (tx: PrismaClient) => Promise<T>) => Promise<T>;
  $executeRawUnsafe(text: string): Promise<number>;
  $disconnect(): Promise<void>;
}

interface Modules {
  readonly PrismaClient: new (options: { adapter: unknown }) => PrismaClient;
  readonly PrismaPg: new (options: { connectionString: string }) => unknown;
}

export async function openPrisma(url: string): Promise<Client> {
  const { PrismaClient, PrismaPg } = await loadModules();
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  return {
    handle: prisma,
    transaction: (work) => prisma.$transaction((tx) => work(tx, (text) => tx.$executeRawUnsafe(text))),
    close: () => prisma.$disconnect(),
  };
}

async function loadModules(): Promise<Modules> {
  const client = './node_modules/generated-client/client.ts';
  const adapter = '@prisma/adapter-pg';
  const modules: unknown = { ...(await import(client)), ...(await import(adapter)) };
  if (!isModules(modules)) throw new Error('the generated client has no PrismaClient');
  return modules;
}

function isModules(modules: unknown): modules is Modules {
  return (
    typeof modules === 'object' && modules !== null && 'PrismaClient' in modules && 'PrismaPg' in modules
  );
}
