import type { ListStreamsOptions, StreamInfo } from '../../store/index.ts'
import { isFailure, STREAM_NOT_FOUND } from './failures.ts'
import type { Heads } from './heads.ts'
import type { LogReading } from './log-reading.ts'

/** Versions are asked for so many streams at a time. */
const PAGE_SIZE = 500

interface Listing extends LogReading {
  readonly heads: Heads
}

/** The server lists a log's subjects in the order of their bytes, which is that of the names. */
export async function* listStreams(listing: Listing, options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
  const { after = '', limit = Number.POSITIVE_INFINITY, signal } = options
  signal?.throwIfAborted()
  const afterBytes = Buffer.from(after)
  let page: string[] = []
  let listed = 0
  for await (const name of streamNames(listing, options)) {
    if (listed + page.length >= limit) break
    if (after !== '' && Buffer.compare(Buffer.from(name), afterBytes) <= 0) continue
    if (page.push(name) < PAGE_SIZE) continue
    yield* await toInfos(listing, page)
    signal?.throwIfAborted()
    listed += page.length
    page = []
  }
  for (const info of await toInfos(listing, page)) {
    yield info
    signal?.throwIfAborted()
  }
}

/** A copy of the log may lag: what this process knows is not taken back, and what is missing is asked of the leader. */
async function toInfos({ heads, retry }: Listing, names: readonly string[]): Promise<StreamInfo[]> {
  const found = await retry(() => heads.look(names))
  const infos: StreamInfo[] = []
  for (const stream of names) {
    const version = Math.max(found.get(stream)?.version ?? 0, heads.recall(stream)?.version ?? 0)
    infos.push({ stream, version: version > 0 ? version : (await retry(() => heads.ask(stream))).version })
  }
  return infos
}

async function* streamNames({ stream, retry }: LogReading, { category }: ListStreamsOptions): AsyncGenerator<string> {
  const { subjects } = stream
  const filter = category === undefined ? subjects.events : subjects.ofCategory(category)
  for (let offset = 0; ; ) {
    const page = await retry(() => askSubjects(stream, filter, offset))
    for (const subject of page.subjects) yield subjects.toStream(subject)
    offset += page.subjects.length
    if (page.subjects.length === 0 || offset >= page.total) return
  }
}

interface SubjectsAnswer {
  readonly total?: number
  readonly state: { readonly subjects?: Readonly<Record<string, number>> }
}

async function askSubjects({ connection, subjects }: LogReading['stream'], filter: string, offset: number) {
  try {
    const request = JSON.stringify({ subjects_filter: filter, offset })
    const answer = await connection.ask<SubjectsAnswer>(`$JS.API.STREAM.INFO.${subjects.stream}`, request)
    const found = Object.keys(answer.state.subjects ?? {}).sort(byBytes)
    return { subjects: found, total: answer.total ?? found.length }
  } catch (error) {
    if (isFailure(error, STREAM_NOT_FOUND)) return { subjects: [], total: 0 }
    throw error
  }
}

/** Subjects are ASCII. */
function byBytes(one: string, other: string): number {
  return one < other ? -1 : 1
}
