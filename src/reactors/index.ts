export { type AnyEffectDefinition, type Effect, type EffectDefinition, type EffectOf, effect } from './effect.ts'
export {
  type AnyReactor,
  type Reaction,
  type Reactions,
  type Reactor,
  type ReactorOptions,
  reactor,
} from './reactor.ts'
