// `npm run proof [-- incremental|mirror|pull ...]`: long proofs, each a program of its own.

const PROOFS: Readonly<Record<string, () => Promise<unknown>>> = {
  incremental: () => import('./incremental.ts'),
  mirror: () => import('./mirror.ts'),
  pull: () => import('./pull.ts'),
};

const [name = 'incremental', ...rest] = process.argv.slice(2);
const proof = PROOFS[name];
if (proof === undefined) {
  console.error(`There is no proof ${name}: there are ${Object.keys(PROOFS).join(', ')}.`);
  process.exitCode = 2;
} else {
  process.argv.splice(2, process.argv.length, ...rest);
  await proof();
}
