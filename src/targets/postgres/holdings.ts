/** What a generation holds beside its checkpoint and its quarantine: tables of some kind, or none. */
import type { GenerationInfo, SqlClient } from '../../store/index.ts'

export interface KnownGeneration extends GenerationInfo {
  readonly layout: string
}

/** All of it inside the transaction that changes which generations there are. */
export interface Holdings {
  /** Makes room for a generation that begins. */
  add(client: SqlClient, generation: Pick<KnownGeneration, 'id' | 'state'>): Promise<void>
  /** After a generation was struck off. */
  remove(client: SqlClient, generation: KnownGeneration): Promise<void>
  /** After `next` was made the live one, and `live` the previous. */
  swap(client: SqlClient, next: KnownGeneration, live: KnownGeneration | undefined): Promise<void>
}

/** Of a projection that makes no generations. */
export const NOTHING: Holdings = {
  add: async () => {},
  remove: async () => {},
  swap: async () => {},
}
