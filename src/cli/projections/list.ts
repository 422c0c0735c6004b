import type { Command } from 'commander'
import type { Daybook } from '../../daybook-interface.ts'
import type { ProjectionReport, RebuildProgress } from '../../projections/index.ts'
import type { GenerationInfo } from '../../store/index.ts'
import { type Session, withDaybook } from '../session.ts'
import { toColumns } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type FoundProjection, findProjection, findProjections } from './configured.ts'

interface Listed {
  readonly name: string
  /** `none` where it was never kept. */
  readonly state: ProjectionReport['state'] | 'none'
  readonly checkpoint: number
  readonly head: number
  readonly lag: ProjectionReport['lag']
  readonly rate: number
  readonly quarantined: number
  /** Are the live rows of this definition? `none` where there are none. */
  readonly definition: 'current' | 'changed' | 'none'
  readonly lastError: string | null
  /** How far it is, while it is being rebuilt. */
  readonly rebuild: RebuildProgress | null
  readonly generations: readonly GenerationInfo[]
}

export function registerList(projections: Command, terminal: Terminal): void {
  projections
    .command('list')
    .description('every projection of the configuration, and what it has come to')
    .action((_options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, config, json }: Session) => {
        const found = findProjections(config, daybook)
        const listed = await Promise.all(found.map((each) => look(daybook, each)))
        terminal.print(json ? JSON.stringify(listed) : toTable(listed))
      }),
    )
  projections
    .command('status')
    .description('everything that is known of one projection')
    .argument('<name>', 'the projection')
    .addHelpText('after', '\nThe exit code is 1 when it has failed, or its definition has changed, or keys wait.')
    .action((name: string, _options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, config, json }: Session) => {
        const listed = await look(daybook, findProjection(config, daybook, name))
        terminal.print(json ? JSON.stringify(listed) : toText(listed))
        const { state, definition, quarantined } = listed
        if (state === 'failed' || definition === 'changed' || quarantined > 0) process.exitCode = 1
      }),
    )
}

async function look(daybook: Daybook, { definition, where }: FoundProjection): Promise<Listed> {
  const { name, fingerprint } = definition
  const generations = await daybook.generations(definition, where)
  const live = generations.find(({ state }) => state === 'live')
  const report = (await daybook.projections()).find((each) => each.name === name)
  const head = await daybook.head()
  const quarantined = live === undefined ? 0 : (await (await daybook.quarantine(definition, where)).list()).length
  const checkpoint = Math.max(live?.checkpoint ?? 0, report?.checkpoint ?? 0)
  return {
    name,
    state: report?.state ?? (live === undefined ? 'none' : 'stopped'),
    checkpoint,
    head,
    lag: report?.lag ?? { events: Math.max(0, head - checkpoint), seconds: 0 },
    rate: report?.rate ?? 0,
    quarantined,
    definition: toDefinition(live, fingerprint),
    lastError: report?.lastError?.message ?? null,
    rebuild: report?.rebuild ?? null,
    generations,
  }
}

function toDefinition(live: GenerationInfo | undefined, fingerprint: string): Listed['definition'] {
  if (live === undefined) return 'none'
  return live.fingerprint === fingerprint ? 'current' : 'changed'
}

const HEADINGS = ['projection', 'state', 'checkpoint', 'head', 'lag', 'quarantined', 'definition']

function toTable(listed: readonly Listed[]): string {
  const rows = listed.map(({ name, state, rebuild, checkpoint, head, lag, quarantined, definition }) =>
    [
      name,
      rebuild === null ? state : `${state}, rebuilding`,
      checkpoint,
      head,
      lag.events,
      quarantined,
      definition,
    ].map(String),
  )
  return toColumns([HEADINGS, ...rows])
}

function toText(listed: Listed): string {
  const { name, state, checkpoint, head, lag, rate, quarantined, definition, lastError, rebuild, generations } = listed
  const lines = [
    `${name}: ${state}`,
    `  at position ${checkpoint} of ${head}; ${lag.events} events behind, the oldest for ${Math.round(lag.seconds)} s`,
    `  ${rate} events a second; ${quarantined} keys in quarantine`,
    ...(lastError === null ? [] : [`  last error: ${lastError}`]),
    ...(rebuild === null ? [] : [toRebuildLine(rebuild)]),
    ...generations.map(
      (each) =>
        `  generation ${each.id}: ${each.state}, at position ${each.checkpoint}, of ${each.createdAt.toISOString()}`,
    ),
    ...(definition === 'changed' ? [`  its definition has changed: daybook projections rebuild ${name}`] : []),
    ...(quarantined > 0
      ? [
          `  what waits, and why: daybook projections quarantine list ${name}; to apply it: … quarantine retry ${name} KEY`,
        ]
      : []),
  ]
  return lines.join('\n')
}

function toRebuildLine({ phase, done, total, perSecond, secondsLeft }: RebuildProgress): string {
  const left = `${Math.round(perSecond)} a second, ${Math.ceil(secondsLeft)} s left`
  return `  being rebuilt: ${phase}, ${done} of ${total}, ${left}`
}
