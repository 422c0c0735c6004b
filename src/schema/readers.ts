/** Whoever reads stored events, and what each of them can read. */
import type { AnyAggregate } from '../aggregates/index.ts'
import type { AnyEventDefinition, Source } from '../events/index.ts'
import type { TypeInfo } from '../store/index.ts'

/** An event's definition, or something that is made of events: an aggregate, a read model, a projection, a boundary. */
export type SchemaReader = AnyEventDefinition | ReaderOfEvents

interface ReaderOfEvents {
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
}

/** A definition that reads stored events of some type and schema version. */
export interface Reading {
  readonly definition: AnyEventDefinition
  readonly source: Source
}

export class Readers {
  /** Each once. */
  readonly definitions: readonly AnyEventDefinition[]
  readonly #aggregates: readonly AnyAggregate[]

  constructor(readers: readonly SchemaReader[]) {
    this.definitions = [...new Set(readers.flatMap((reader) => ('sources' in reader ? [reader] : reader.events)))]
    this.#aggregates = readers.filter(isAggregate)
  }

  /** Those that read what is stored in this type and schema version. */
  findReadings({ type, schemaVersion }: Pick<TypeInfo, 'type' | 'schemaVersion'>): readonly Reading[] {
    return toReadings(this.definitions).filter(
      ({ source }) => source.type === type && source.oldest <= schemaVersion && schemaVersion <= source.newest,
    )
  }

  /** The schema versions of the type that are known, such as `1 to 3`; undefined when the type is not. */
  findVersions(type: string): string | undefined {
    const sources = toReadings(this.definitions).filter(({ source }) => source.type === type)
    if (sources.length === 0) return undefined
    const oldest = Math.min(...sources.map(({ source }) => source.oldest))
    const newest = Math.max(...sources.map(({ source }) => source.newest))
    return oldest === newest ? String(oldest) : `${oldest} to ${newest}`
  }

  /** The aggregate that cannot be loaded for such an event in one of its streams. */
  findUnableAggregate({ category, type, schemaVersion }: TypeInfo): string | undefined {
    const unable = this.#aggregates.find(
      ({ name, events }) =>
        name === category && !new Readers(events).findReadings({ type, schemaVersion }).some(Boolean),
    )
    return unable?.name
  }

  /** Of a retired event, a part that no definition takes. */
  findMissingPart(readings: readonly Reading[]): string | undefined {
    const parts = new Set(readings.map(({ definition }) => (definition.isRetired ? undefined : definition.type)))
    return readings.flatMap(({ source }) => source.retired?.into ?? []).find((part) => !parts.has(part))
  }
}

function isAggregate(reader: SchemaReader): reader is SchemaReader & AnyAggregate {
  return 'snapshot' in reader
}

function toReadings(definitions: readonly AnyEventDefinition[]): readonly Reading[] {
  return definitions.flatMap((definition) => definition.sources.map((source) => ({ definition, source })))
}
