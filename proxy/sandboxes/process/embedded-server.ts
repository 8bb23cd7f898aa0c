// The OpenCode server that belongs to this installation: kept running while we run, gone when we are.
import type { Log } from "../../log.ts"
import { isHealthy, type OpencodeProcess, startOpencode } from "./opencode-process.ts"

export type EmbeddedState =
  | { is: "ready"; port: number; authorization: string }
  | { is: "starting" }
  | { is: "failed"; reason: string }

export type EmbeddedServer = {
  state: () => EmbeddedState
  /** Fulfilled when the server and everything that it started are gone. */
  stop: () => Promise<void>
}

export type EmbeddedServerOptions = {
  program: string
  directory: string
  env: Record<string, string | undefined>
  log: Log
  start?: typeof startOpencode
  fetch?: typeof globalThis.fetch
  sleep?: (ms: number) => Promise<unknown>
  now?: () => number
  /** After this long without health a start counts as failed. */
  startMs?: number
}

const firstDelayMs = 250
const longestDelayMs = 30_000
/** After a minute of health, the next death is news and not the same trouble again. */
const stableMs = 60_000
/** A port clash or a slow disk may cost a try or two before it is worth a person's attention. */
const triesBeforeFailed = 3

export function makeEmbeddedServer(options: EmbeddedServerOptions): EmbeddedServer {
  const { log, start = startOpencode, fetch = globalThis.fetch, sleep = Bun.sleep } = options
  const { now = Date.now, startMs = 60_000 } = options
  const stopping = Promise.withResolvers<"stop">()
  let state: EmbeddedState = { is: "starting" }
  let stopped = false

  /** True once healthy; false when it ended, hung or we stop. */
  async function becomesReady(server: OpencodeProcess): Promise<boolean> {
    const deadline = now() + startMs
    let exited = false
    void server.exited.then(() => {
      exited = true
    })
    while (!exited && !stopped && now() < deadline) {
      // Health counts only while our own process lives: after a clash of ports, a stranger answers there.
      if ((await isHealthy(server, fetch)) && !exited) return true
      await Promise.race([sleep(100), server.exited, stopping.promise])
    }
    return false
  }

  /** One life; gives how long it was healthy and what it said last. */
  async function runOnce(): Promise<{ healthyMs: number; lastWords: string }> {
    const onLine = (line: string) => log.debug({ line }, "opencode")
    const server = await start({ ...options, onLine })
    const ready = await becomesReady(server)
    const since = now()
    if (ready) {
      state = { is: "ready", port: server.port, authorization: server.authorization }
      log.info({ pid: server.pid, port: server.port }, "the local OpenCode server is ready")
      // Not `ended`: a tool that was left behind can delay that, and meanwhile our password would go to
      // whoever has taken the port.
      await Promise.race([server.exited, stopping.promise])
      state = { is: "starting" }
    }
    await server.stop()
    return { healthyMs: ready ? now() - since : 0, lastWords: await server.ended }
  }

  async function keepRunning(): Promise<void> {
    for (let failures = 0; !stopped; ) {
      const life = await runOnce().catch((error: unknown) => ({ healthyMs: 0, lastWords: String(error) }))
      if (stopped) return
      failures = life.healthyMs > stableMs ? 1 : failures + 1
      log.warn({ failures, lastWords: life.lastWords }, "the local OpenCode server ended; starting it again")
      if (failures >= triesBeforeFailed) state = { is: "failed", reason: reasonOf(life.lastWords) }
      const delay = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs)
      await Promise.race([sleep(delay), stopping.promise])
    }
  }

  const running = keepRunning()
  return {
    state: () => state,
    stop: async () => {
      stopped = true
      stopping.resolve("stop")
      await running
    },
  }
}

function reasonOf(lastWords: string): string {
  return `The local OpenCode server does not stay up. It said last: ${lastWords.slice(0, 300)}`
}
