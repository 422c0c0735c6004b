/**
 * The arrow of the architecture, as a check: who may import whom. A folder of src/ is a room and its index.ts the only
 * door; the files directly in src/ assemble the rooms and know them all.
 *
 * The parser is swc, because TypeScript 7 has no JavaScript API. It sees `import type` (as any other import, so types
 * obey the same arrow) but not `import('…').Name` in a type.
 */
const ground = ['errors', 'events']
const port = [...ground, 'store']
/** What use cases that follow a log share. */
const followed = [...port, 'following']
const domain = ['aggregates', 'readmodels', 'reactors']
const useCases = ['commands', 'projections', 'reacting', 'temporal', 'moving', 'schema']

/** Room to the rooms it may import. A room of adapters stands for each of its folders. */
const arrow = {
  errors: [],
  events: ['errors'],
  store: ground,
  redis: ['errors', 'store'],
  aggregates: port,
  readmodels: port,
  reactors: port,
  following: port,
  commands: [...port, ...domain],
  projections: [...followed, ...domain],
  reacting: [...followed, ...domain],
  temporal: [...port, ...domain],
  moving: port,
  schema: [...port, ...domain],
  telemetry: [...port, ...domain, ...useCases],
  testing: [...port, ...domain, ...useCases],
  'stores/[^/]+': [...port, 'redis'],
  'targets/[^/]+': [...port, 'redis'],
  cli: [...port, ...domain, ...useCases, 'the assembly'],
}

const inSource = { path: '^src/', pathNot: '[.]test[.]ts$' }
const assembly = { path: '^src/[^/]+[.]ts$', pathNot: inSource.pathNot }
const adapters = '^src/(?:stores|targets|redis)/'
const databaseDrivers = '@electric-sql/pglite|pg|pg-copy-streams|redis|@nats-io/[^/]+'
const terminalPackages = 'commander|cli-progress'

/** Matches a package however it is resolved: installed, its types alone, or not at all. */
function packages(names) {
  return `(?:^|node_modules/)(?:@types/)?(?:${names})(?:/|$)`
}

function followsArrow([room, others]) {
  // $1 is the folder that the importing file is in, so that one adapter is no part of another.
  const allowed = ['$1', ...others].map((other) => (other === 'the assembly' ? '^src/[^/]+[.]ts$' : `^src/${other}/`))
  return {
    name: `arrow-${room.replace('/[^/]+', '')}`,
    comment: `${room} may import ${others.join(', ') || 'nothing of ours'}.`,
    severity: 'error',
    from: { path: `^src/(${room})/`, pathNot: inSource.pathNot },
    to: { path: '^src/', pathNot: allowed },
  }
}

function forbid(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to }
}

const forbidden = [
  ...Object.entries(arrow).map(followsArrow),
  forbid('no-cycles', 'A cycle has no bottom to start reading from.', {}, { circular: true }),
  forbid(
    'room-without-arrow',
    'A new room needs a line in the table above.',
    { path: '^src/[^/]+/', pathNot: `^src/(?:${Object.keys(arrow).join('|')})/` },
    {},
  ),
  forbid(
    'door-only',
    "Another room is entered by its index.ts; what else is in it is that room's own.",
    { path: '^src/((?:(?:stores|targets)/)?[^/]+)/', pathNot: inSource.pathNot },
    { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/(?:(?:stores|targets)/)?[^/]+/index[.]ts$'] },
  ),
  forbid(
    'door-only-for-assembly',
    "A room is entered by its index.ts; what else is in it is that room's own.",
    assembly,
    { path: '^src/[^/]+/', pathNot: '^src/(?:(?:stores|targets)/)?[^/]+/index[.]ts$' },
  ),
  forbid(
    'adapters-lazily',
    'An adapter is loaded when a URL names it: by import(), so that its driver may be missing.',
    assembly,
    { path: adapters, dynamic: false },
  ),
  forbid(
    'faces-are-on-top',
    'A face knows everything below it, and nothing below knows a face.',
    { path: '^src/', pathNot: '^src/cli/' },
    { path: '^src/cli/' },
  ),
  forbid(
    'redis-for-redis',
    'What connects to Redis is for the adapters of Redis.',
    { path: '^src/', pathNot: '^src/(?:(?:stores|targets)/)?redis/' },
    { path: '^src/redis/' },
  ),
  forbid('source-stays-in-source', 'What is shipped never imports what is not.', inSource, {
    path: '^(?:test|examples|bench|scripts|dist)/|^daybook(?:/|$)',
  }),
  forbid(
    'drivers-in-adapters',
    'Database drivers are optional: only the adapters import them.',
    { ...inSource, pathNot: [inSource.pathNot, adapters] },
    { path: packages(databaseDrivers) },
  ),
  forbid(
    'terminal-in-cli',
    'Only the command line speaks to a terminal.',
    { ...inSource, pathNot: [inSource.pathNot, '^src/cli/'] },
    { path: packages(terminalPackages) },
  ),
  forbid(
    'opentelemetry-in-telemetry',
    'Telemetry wraps ports; it is optional, and never inside a decision.',
    { ...inSource, pathNot: [inSource.pathNot, '^src/telemetry/'] },
    { path: packages('@opentelemetry/[^/]+') },
  ),
  forbid(
    'known-packages',
    'Another dependency is a decision: package.json, docs/decisions/, then this list. No validator is ever on it.',
    inSource,
    {
      dependencyTypesNot: ['core', 'local'],
      pathNot: ['^src/', packages(`@standard-schema/spec|@opentelemetry/api|${databaseDrivers}|${terminalPackages}`)],
    },
  ),
  forbid(
    'examples-use-the-front-door',
    'An example imports daybook as its readers will.',
    { path: '^examples/', pathNot: inSource.pathNot },
    { path: '^src/' },
  ),
]

export default {
  forbidden,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
}
