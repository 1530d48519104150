// `npm run proof [-- incremental|mirror ...]`: long proofs, each a program of its own.

const [name = 'incremental', ...rest] = process.argv.slice(2);
const PROOFS = ['incremental', 'mirror'];
if (PROOFS.includes(name)) {
  process.argv.splice(2, process.argv.length, ...rest);
  await import(`./${name}.ts`);
} else {
  console.error(`There is no proof ${name}: there are ${PROOFS.join(' and ')}.`);
  process.exitCode = 2;
}
