/**
 * The events that belong together, and their commands, each under what caused it. Metadata may say anything, so what would
 * be caused by something later is not linked: that keeps circles out.
 */
import type { RecordedEvent } from '../events/index.ts'

/** An event or a command, with what it caused. */
export type CausationNode = CausingEvent | CausingCommand

export interface CausingEvent {
  readonly kind: 'event'
  readonly id: string
  /** As it is stored. */
  readonly event: RecordedEvent
  /** In the order of the log. */
  readonly effects: readonly CausationNode[]
}

export interface CausingCommand {
  readonly kind: 'command'
  readonly id: string
  /** Such as `Withdraw`. */
  readonly name: string
  readonly actor: string | undefined
  /** Its events, in the order of the log, and what it caused itself. */
  readonly effects: readonly CausationNode[]
}

interface Linked<Node extends CausationNode> {
  readonly node: Node & { readonly effects: CausationNode[] }
  /** Of the event, or of the command's first event. */
  readonly position: number
  /** The command that it is an event of. */
  readonly commandId: string | undefined
  readonly causationId: string | undefined
}

type AnyLinked = Linked<CausingEvent> | Linked<CausingCommand>

export class CausationGraph {
  readonly #events = new Map<string, Linked<CausingEvent>>()
  readonly #commands = new Map<string, Linked<CausingCommand>>()
  readonly #causes = new Map<CausationNode, CausationNode>()

  /** @param events In the order of their log. */
  constructor(events: readonly RecordedEvent[]) {
    for (const event of events) this.#add(event)
    for (const linked of [...this.#commands.values(), ...this.#events.values()].sort(byPosition)) this.#link(linked)
  }

  /** An event of that id, or else a command. */
  find(id: string): CausationNode | undefined {
    return (this.#events.get(id) ?? this.#commands.get(id))?.node
  }

  /** What led to it, the first cause first. */
  causesOf(node: CausationNode): readonly CausationNode[] {
    const causes: CausationNode[] = []
    for (let cause = this.#causes.get(node); cause !== undefined; cause = this.#causes.get(cause)) causes.unshift(cause)
    return causes
  }

  /** What it says of its cause, if that is none of these. */
  causeOutside({ kind, id }: CausationNode): string | undefined {
    const causationId = (kind === 'event' ? this.#events : this.#commands).get(id)?.causationId
    if (causationId === undefined || causationId === id || this.find(causationId) !== undefined) return undefined
    return causationId
  }

  #add(event: RecordedEvent): void {
    const { position, metadata } = event
    const causationId = typeof metadata.causationId === 'string' ? metadata.causationId : undefined
    const command = toCommand(event)
    if (command !== undefined && !this.#commands.has(command.id)) {
      const node = { ...command, effects: [] }
      this.#commands.set(command.id, { node, position, commandId: undefined, causationId })
    }
    const node = { kind: 'event' as const, id: event.id, event, effects: [] }
    this.#events.set(event.id, { node, position, commandId: command?.id, causationId })
  }

  #link(linked: AnyLinked): void {
    const cause = this.#causeOf(linked)
    if (cause === undefined) return
    cause.node.effects.push(linked.node)
    this.#causes.set(linked.node, cause.node)
  }

  #causeOf({ node, position, commandId, causationId }: AnyLinked): AnyLinked | undefined {
    if (commandId !== undefined) return this.#commands.get(commandId)
    if (causationId === undefined) return undefined
    const event = this.#events.get(causationId)
    if (event !== undefined && event.position < position) return event
    const command = this.#commands.get(causationId)
    return command !== undefined && command.node !== node && command.position < position ? command : undefined
  }
}

function byPosition(one: AnyLinked, other: AnyLinked): number {
  return one.position - other.position
}

/** The command that recorded the event, without what it caused; undefined when it had no id. */
export function toCommand({ metadata }: RecordedEvent): Omit<CausingCommand, 'effects'> | undefined {
  const { commandId, command, actor } = metadata
  if (typeof commandId !== 'string') return undefined
  const name = typeof command === 'string' ? command : 'unknown'
  return { kind: 'command', id: commandId, name, actor: typeof actor === 'string' ? actor : undefined }
}
