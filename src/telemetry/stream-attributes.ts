/** What is said of streams: their categories, and no more unless asked. */
import { type Attributes, SpanKind } from '@opentelemetry/api'
import { findStreamNameProblem, joinStreamName, toStreamName } from '../events/index.ts'
import type { OperationBeginning, Recorder } from './operation.ts'

/** What is asked of a log, before it is known to be in order: a caller may pass anything. */
export interface LogOperation {
  readonly operation: 'append' | 'read' | 'readStream' | 'import'
  readonly log: string
  readonly categories: readonly string[]
  readonly streams?: readonly unknown[]
  readonly details?: Attributes
}

export function toBeginning(recorder: Recorder, asked: LogOperation): OperationBeginning {
  const { operation, log, categories, streams = [], details } = asked
  const target = categories.length === 1 ? categories[0] : log
  return {
    name: `${operation} ${target}`,
    kind: SpanKind.CLIENT,
    duration: recorder.meters.operationDuration,
    labels: { 'db.system.name': 'daybook', 'db.operation.name': operation, ...toPlace(log, categories) },
    details: { ...details, ...(recorder.streamNames ? { 'daybook.streams': streams.filter(isStreamName) } : {}) },
  }
}

/** As the conventions for databases have it: the log is the namespace, and the category, if it is one, the collection. */
export function toPlace(log: string, categories: readonly string[]): Attributes {
  const [category, ...others] = categories
  const isOne = category !== undefined && others.length === 0
  return { 'db.namespace': log, ...(isOne ? { 'db.collection.name': category } : {}) }
}

/** Each category once. What is no stream's name has none: what stands before its hyphen could be anything. */
export function toCategories(streams: readonly unknown[]): readonly string[] {
  return [...new Set(streams.filter(isStreamName).map((stream) => toStreamName(stream).category))]
}

/** The category of a filter, if it is one. */
export function toFilterCategories(category: unknown): readonly string[] {
  return typeof category === 'string' ? toCategories([joinStreamName(category, 'any')]) : []
}

function isStreamName(name: unknown): name is string {
  return findStreamNameProblem(name) === undefined
}
