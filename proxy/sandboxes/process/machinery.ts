// What every sandbox of one driver shares.
import type { Turns } from "../../../shared/turns.ts"
import type { Environment } from "../../config.ts"
import type { Log } from "../../log.ts"
import type { MemoryLimit } from "./memory-limit.ts"

export type Machinery = {
  /** SANDBAR_HOME. */
  readonly home: string
  /** The opencode program. */
  readonly program: string
  /** The proxy's own environment. */
  readonly env: Environment
  readonly log: Log
  readonly allowHttp: boolean
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** After this long without health a start has failed. */
  readonly startMs: number
  /** Before the first restart after a crash; doubled for each that follows. */
  readonly backoffMs: number
  /** Starts that may happen at once: each costs a core for a second or two. */
  readonly turns: Turns
  readonly memory: () => MemoryLimit
  readonly closing: AbortSignal
}
