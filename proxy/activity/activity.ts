// When somebody last acted or something last worked: what Kubeflow needs to know before it stops a notebook. Looks
// into servers only when asked, and from the first sign of a person until all work has ended; an idle proxy sends
// nothing.
import { targetAuthorizationHeader } from "../../shared/paths.ts"
import type { Log } from "../log.ts"
import { orAbort } from "../or-abort.ts"
import type { ManagedServers } from "../sandboxes/managed.ts"
import { startTimer } from "../start-timer.ts"
import { type Budget, makeBudget } from "./ask-server.ts"
import { isByHand, isTyped } from "./intent.ts"
import { type KnownServer, makeKnownServers, rememberMs } from "./known-servers.ts"
import { lookForWork } from "./look-for-work.ts"

/** One GET to one server; rejects for anything but JSON. */
export type AskServer = (
  server: Pick<KnownServer, "name" | "authorization">,
  path: string,
  signal: AbortSignal,
  budget?: Budget,
) => Promise<unknown>

export type ActivityDeps = {
  ask: AskServer
  /** Our own servers: asked although nobody has used them. */
  managed: Pick<ManagedServers, "names">
  /** Told the server that a person acted on, as the browser names it. */
  onIntent?: (name: string) => void
  log: Pick<Log, "debug">
  now?: () => number
  /** A timer; gives what cancels it. */
  after?: (ms: number, run: () => void) => () => void
  /** Kubeflow waits 10 s for everything together. */
  askMs?: number
}

export type Activity = {
  /** For every forwarded request, before it is sent. `name` as the browser sent it, here and below. */
  noteRequest: (name: string, method: string, path: string) => void
  /** For every request that a server accepted: what asking it again takes. */
  noteAccepted: (name: string, path: string, headers: Headers) => void
  /** For every message from a browser to a terminal. */
  noteInput: (name: string, message: string | Uint8Array) => void
  /** A person did something that no server hears of, such as spawning one. */
  noteAct: () => void
  read: () => Promise<{ lastActivity: Date; busy: boolean }>
  stop: () => void
}

const watchMs = 30_000
const freshMs = 10_000
const tidyMs = 300_000
/** A server that was working and does not answer: a restart, a moved pod, a network that blinks. */
const blipMs = 300_000

export function makeActivity(deps: ActivityDeps): Activity {
  const { ask, managed, onIntent, log, now = Date.now, after = startTimer, askMs = 3_000 } = deps
  const servers = makeKnownServers(() => managed.names(), now)
  const stopping = new AbortController()
  // A start is a person's doing. Anything older would be culled before it is first used.
  let lastActivity = now()
  let busy = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  let cancelWatch: (() => void) | undefined
  let cancelTidy: (() => void) | undefined

  function act(): void {
    lastActivity = now()
    watch()
  }

  function actOn(name: string): void {
    act()
    onIntent?.(name)
  }

  function watch(): void {
    if (cancelWatch !== undefined || stopping.signal.aborted) return
    cancelWatch = after(watchMs, () => {
      cancelWatch = undefined
      void look()
    })
  }

  /** Credentials go after their hour also where nobody ever asks how busy we are. */
  function tidy(): void {
    if (cancelTidy !== undefined || stopping.signal.aborted) return
    cancelTidy = after(tidyMs, () => {
      cancelTidy = undefined
      if (servers.recent().length > managed.names().length) tidy()
    })
  }

  async function look(): Promise<void> {
    if (now() - lookedAt < freshMs) return
    looking ??= lookNow().finally(() => {
      looking = undefined
    })
    await looking
  }

  async function lookNow(): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(askMs)])
    const answers = await Promise.all(servers.recent().map((server) => isWorking(server, signal)))
    busy = answers.includes(true)
    lookedAt = now()
    if (busy) watch()
  }

  async function isWorking(server: KnownServer, signal: AbortSignal): Promise<boolean> {
    const wasWorking = server.workedAt !== undefined
    try {
      const budget = makeBudget()
      const looked = lookForWork(
        (path) => ask(server, path, signal, budget),
        server.directories.keys(),
        now() - rememberMs,
      )
      const working = await orAbort(looked, signal)
      for (const directory of working) if (directory !== "") servers.noteDirectory(server, directory)
      // Work that ended since the last look counts up to now: nobody saw the moment.
      if (working.length > 0 || wasWorking) lastActivity = now()
      server.workedAt = working.length > 0 ? now() : undefined
    } catch (err) {
      log.debug({ err, target: server.name }, "a server does not say whether it works")
      if (now() - (server.workedAt ?? 0) >= blipMs) server.workedAt = undefined
    }
    return server.workedAt !== undefined
  }

  return {
    noteRequest(name, method, path) {
      if (isByHand(method, path)) actOn(name)
    },
    noteAccepted(name, path, headers) {
      const server = servers.note(name)
      tidy()
      server.authorization = headers.get(targetAuthorizationHeader) ?? undefined
      const directory = directoryOf(path, headers)
      if (directory !== undefined) servers.noteDirectory(server, directory)
    },
    noteInput(name, message) {
      if (isTyped(message)) actOn(name)
    },
    noteAct: act,
    async read() {
      await look()
      return { lastActivity: new Date(lastActivity), busy }
    },
    stop() {
      stopping.abort()
      cancelWatch?.()
      cancelTidy?.()
    },
  }
}

/** OpenCode takes it from the query or, encoded, from a header. */
function directoryOf(path: string, headers: Headers): string | undefined {
  const inQuery = /[?&]directory=([^&]+)/.exec(path)?.[1]?.replaceAll("+", " ")
  const text = inQuery ?? headers.get("x-opencode-directory")
  if (!text) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
