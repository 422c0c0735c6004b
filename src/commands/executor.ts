/** Executing, put together for one log of a process. */
import type { Authorise, LoadAggregate } from '../aggregates/index.ts'
import type { EventLog } from '../store/index.ts'
import type { Background } from './background.ts'
import { execute } from './execute.ts'
import { assertKeepForMs, Forgetting } from './forgetting.ts'
import { Lanes } from './lanes.ts'
import { assertMiddleware, type Execute, type Middleware, withMiddleware } from './middleware.ts'
import { type CommandsOptions, toRetryBounds } from './options.ts'
import { RecentBoundaries } from './recent-boundaries.ts'
import { Recents } from './recents.ts'

/** What a program says of all its commands. */
export interface ExecutorOptions {
  /** Asked about every command, when its input has been validated and before anything is loaded. */
  readonly authorise?: Authorise
  /** Stand around the execution of every command; the first is the outermost. */
  readonly middleware?: readonly Middleware[]
  /** Bounds of retries where an execution does not say, and how long ids are kept. */
  readonly commands?: CommandsOptions
}

/** @throws `invalid-argument` */
export function assertExecutorOptions({ middleware = [], commands = {} }: ExecutorOptions): void {
  assertMiddleware(middleware)
  toRetryBounds(commands)
  if (commands.keepForMs !== undefined) assertKeepForMs(commands.keepForMs)
}

/** What executing stands on: a log of the process, and how aggregates are loaded from it. */
export interface ExecutorGround {
  readonly log: EventLog
  readonly load: LoadAggregate
  readonly background: Background
}

export function toExecute({ log, load, background }: ExecutorGround, options: ExecutorOptions): Execute {
  const { authorise, middleware = [], commands = {} } = options
  const { keepForMs } = commands
  const context = {
    log,
    load,
    background,
    lanes: new Lanes(),
    recents: new Recents(),
    recentBoundaries: new RecentBoundaries(),
    authorise,
    forgetting: keepForMs === undefined ? undefined : new Forgetting({ log, background, keepForMs }),
    retryBounds: commands,
  }
  return withMiddleware(middleware, (asked) => execute(context, asked))
}
