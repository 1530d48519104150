// The direction of imports. Each part names the parts it may import; its own files and the leaves always are allowed.
// A new folder under src/ needs a row here, or `npm run boundaries` fails.

const LEAVES = '^src/(errors|clock|log|metrics)\\.ts$';

/** Part of src/ to what it may import from the other parts. A file name narrows a row to that file. */
const MAY_IMPORT = {
  resilience: [],
  db: [],
  // `defineConfig` speaks of effects and running values; nothing else of the mapping is known to it.
  config: ['mapping/effects.ts', 'mapping/running.ts'],
  // A value and a note have one wire form, whoever writes them.
  hubspot: ['resilience', 'config', 'mapping/transforms', 'mapping/note.ts'],
  mapping: ['config'],
  outbox: ['resilience', 'db', 'config', 'mapping'],
  // A visitor never waits for HubSpot: nothing here can call it.
  forms: ['resilience', 'db', 'config', 'mapping', 'outbox'],
  records: ['db', 'config', 'mapping', 'outbox', 'mirror'],
  http: [
    'resilience',
    'db',
    'config',
    'mapping',
    'outbox',
    'forms',
    'uploads',
    'ops',
    'mirror',
    'pull',
    'records',
  ],
  delivery: ['resilience', 'db', 'config', 'mapping', 'hubspot', 'outbox'],
  ops: ['resilience', 'db', 'config', 'hubspot', 'outbox', 'delivery'],
  // Needs no database: the calls pass the gates of whoever hands in the transport.
  provisioning: ['config', 'mapping', 'hubspot'],
  // The local copy and what is asked of it; who fills it is not known to it.
  mirror: ['resilience', 'db', 'config'],
  // Files of visitors: whose they are is told by whoever takes the submission.
  uploads: ['resilience', 'db', 'config', 'mapping', 'outbox'],
  pull: ['resilience', 'db', 'config', 'hubspot', 'mirror'],
};

const PARTS = Object.keys(MAY_IMPORT);

/** The files on top, which put the parts together. */
const TOP = '^src/(app|index|open-app-database|open-mirror|open-portal|spoke|start-uploads)\\.ts$';

const TESTS = '\\.test\\.ts$';

const folder = (part) => `^src/${part.replaceAll('.', '\\.')}(/|$)`;

const partRules = PARTS.map((part) => ({
  name: `${part}-imports-downwards`,
  comment: `src/${part} may import: the leaves${MAY_IMPORT[part].map((other) => `, ${other}`).join('')}.`,
  severity: 'error',
  from: { path: folder(part), pathNot: TESTS },
  to: { path: '^src/', pathNot: [folder(part), LEAVES, ...MAY_IMPORT[part].map(folder)] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...partRules,
    {
      name: 'leaves-import-leaves',
      comment: 'errors, clock, log and metrics stand at the bottom.',
      severity: 'error',
      from: { path: LEAVES },
      to: { path: '^src/', pathNot: LEAVES },
    },
    {
      name: 'parts-are-listed',
      comment: 'A folder under src/ that .dependency-cruiser.mjs does not list: decide what it may import.',
      severity: 'error',
      from: { path: '^src/', pathNot: [...PARTS.map(folder), folder('cli'), LEAVES, TOP, TESTS] },
      to: {},
    },
    {
      name: 'cli-is-on-top',
      comment: 'Nothing imports the command line.',
      severity: 'error',
      from: { path: '.', pathNot: [folder('cli'), TESTS, '^test/', '^scripts/'] },
      to: { path: folder('cli') },
    },
    {
      name: 'app-is-near-the-top',
      comment: 'Only the command line and the package entry import the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: [folder('cli'), TOP, TESTS] },
      to: { path: TOP },
    },
    {
      name: 'simulator-stands-alone',
      comment: 'A type or parser shared with src/ would hide the same mistake on both sides.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|test|bench|examples|scripts)/' },
    },
    {
      name: 'conformance-judges-from-outside',
      comment:
        'The suite starts a simulator and speaks HTTP; what it shared with either side it could not judge.',
      severity: 'error',
      from: { path: '^test/conformance/' },
      to: {
        path: '^(src|simulator|bench|examples|scripts|test)/',
        pathNot: '^(simulator/index\\.ts$|test/conformance/)',
      },
    },
    {
      name: 'page-is-for-browsers',
      comment: 'A browser is sent the files of simulator/page/ and no others; types are named in comments.',
      severity: 'error',
      from: { path: '^simulator/page/' },
      to: { pathNot: '^simulator/page/' },
    },
    ...[
      ['core', []],
      ['element', ['core']],
      ['react', ['core', 'element']],
    ].map(([part, others]) => ({
      name: `browser-${part}-stands-alone`,
      comment: `browser/${part} runs in pages: it may import${others.map((other) => ` browser/${other},`).join('')} the types of src/mapping/forms${part === 'react' ? ' and react' : ''}.`,
      severity: 'error',
      from: { path: `^browser/${part}/`, pathNot: TESTS },
      to: {
        pathNot: [
          ...[part, ...others].map((other) => `^browser/${other}/`),
          '^src/mapping/forms/',
          ...(part === 'react' ? ['node_modules/(@types/)?react/'] : []),
        ],
      },
    })),
    {
      name: 'browser-shares-types-only',
      comment: 'Code of the server does not run in pages.',
      severity: 'error',
      from: { path: '^browser/', pathNot: TESTS },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-knows-no-browser',
      comment: 'The server sends the built files, and knows nothing of how they are written.',
      severity: 'error',
      from: { path: '^(src|simulator)/' },
      to: { path: '^browser/' },
    },
    {
      name: 'src-knows-no-simulator',
      comment: 'Only `spoke demo` and `spoke simulator` start it.',
      severity: 'error',
      from: { path: '^src/', pathNot: [folder('cli'), TESTS] },
      to: { path: '^(simulator|examples)/' },
    },
    {
      name: 'product-knows-no-tests',
      comment: 'What ships must not import what does not ship.',
      severity: 'error',
      from: { path: '^(src|simulator|examples)/', pathNot: TESTS },
      to: { path: [TESTS, '^(test|bench|scripts)/'] },
    },
    {
      name: 'examples-use-the-package',
      comment: 'An example imports what a user can import.',
      severity: 'error',
      from: { path: '^examples/', pathNot: TESTS },
      to: { path: '^(src|simulator)/', pathNot: '^(src|src/hubspot|simulator)/index\\.ts$' },
    },
    {
      name: 'no-circle',
      comment: "Modules that need each other to load; two that only name each other's types are no circle.",
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-missing-file',
      comment:
        'bench/ and test/sdk/ are packages of their own, whose peers are installed when they are first run.',
      severity: 'error',
      from: { pathNot: '^(bench|test/sdk)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'runtime-dependencies-only',
      comment: 'A devDependency is not there once the package is installed.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: TESTS },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // An optional peer is a devDependency here, and is asked for by name where it is missing.
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    // Type imports count: a shared type is a dependency too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
