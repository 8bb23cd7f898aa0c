// One kind of object, listed and then watched for as long as we run. What it holds is a cache and nothing else: it can be
// thrown away at any moment, and after every gap the API server's word replaces it.
import { isStatus, StatusError, statusErrorOf } from "./api-error.ts"
import { readJsonLines } from "./json-lines.ts"
import { pause } from "./pause.ts"
import type { Transport } from "./transport.ts"
import type { KubeObject } from "./wire.ts"

export type WatchOptions<T extends KubeObject> = {
  transport: Pick<Transport, "send" | "json">
  /** `/api/v1/namespaces/team-a/pods`, or without the namespace for all of them. */
  path: string
  labelSelector?: string
  /** What is kept of an object: five hundred whole pods would be dear. */
  keep: (object: T) => T
  /** Told every change; `now` is undefined when the object is gone. */
  onChange: (now: T | undefined, before: T | undefined) => void
  /** What is wrong with the connection; undefined as soon as nothing is. */
  onTrouble?: (error: unknown) => void
  signal: AbortSignal
  sleep?: typeof pause
  random?: () => number
  /** Without a word for so long, bookmarks included, a connection counts as dead. */
  silenceMs?: number
}

export type KindWatch<T> = {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, T>
  /** Fulfilled with the first list, or when the API server refused it. */
  readonly settled: Promise<void>
  /** What a write has answered is known at once, not only when the watch tells it. */
  readonly learn: (object: T) => void
  /** Ours is deleted: what the watch still tells of it from before does not bring it back. */
  readonly forget: (object: T) => void
}

type List<T> = { metadata?: { resourceVersion?: string; continue?: string }; items?: T[] }
type WatchEvent<T> = { type: string; object: T & { code?: number; message?: string } }

const pageSize = 500
const firstWaitMs = 200
const longestWaitMs = 10_000
/** A right that is missing does not come back within seconds. */
const refusedWaitMs = 60_000
const errorsBeforeRelist = 3
const mostEnded = 200

export function watchKind<T extends KubeObject>(options: WatchOptions<T>): KindWatch<T> {
  const { transport, signal, keep, onChange, sleep = pause, random = Math.random } = options
  const { silenceMs = 150_000, onTrouble } = options
  const objects = new Map<string, T>()
  /** By uid, until the watch says so too. */
  const forgotten = new Set<string>()
  /** Of these nothing is heard any more, however late an answer to a write comes. */
  const ended = new Set<string>()
  const settled = Promise.withResolvers<void>()
  /** Where the watch goes on; empty: list first. */
  let version = ""
  let errors = 0

  function put(object: T): void {
    const key = keyOf(object)
    const before = objects.get(key)
    const uid = object.metadata?.uid ?? ""
    if (ended.has(uid) || (forgotten.has(uid) && !object.metadata?.deletionTimestamp)) return
    if (before && !isNewer(object, before)) return
    const now = keep(object)
    objects.set(key, now)
    onChange(now, before)
  }

  function drop(key: string): void {
    const before = objects.get(key)
    if (objects.delete(key)) onChange(undefined, before)
  }

  function end(object: T): void {
    const uid = object.metadata?.uid ?? ""
    forgotten.delete(uid)
    ended.add(uid)
    for (const oldest of ended) if (ended.size > mostEnded) ended.delete(oldest)
    if (isSame(object, objects.get(keyOf(object)))) drop(keyOf(object))
  }

  async function list(): Promise<void> {
    const found: T[] = []
    let next: string | undefined
    let at: string | undefined
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...selector(options) })
      if (next) query.set("continue", next)
      const page = await transport.json<List<T>>(`${options.path}?${query}`, { signal })
      found.push(...(page.items ?? []))
      next = page.metadata?.continue
      at = page.metadata?.resourceVersion
    } while (next)
    const present = new Set(found.map(keyOf))
    forgotten.clear()
    for (const key of [...objects.keys()]) if (!present.has(key)) drop(key)
    for (const object of found) put(object)
    version = at ?? ""
  }

  function take({ type, object }: WatchEvent<T>): void {
    // The answer was 200 long before the trouble began, so it stands in an event (a Status).
    if (type === "ERROR") throw statusErrorOf(object.code ?? 500, JSON.stringify(object))
    version = object.metadata?.resourceVersion ?? version
    errors = 0
    if (type === "DELETED") end(object)
    else if (type === "ADDED" || type === "MODIFIED") put(object)
  }

  async function watch(): Promise<void> {
    const seconds = Math.round(240 + 60 * random())
    const query = new URLSearchParams({
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: version,
      timeoutSeconds: String(seconds),
      ...selector(options),
    })
    const stop = new AbortController()
    let silence = setTimeout(() => stop.abort(), silenceMs)
    try {
      const response = await transport.send(`${options.path}?${query}`, {
        signal: AbortSignal.any([signal, stop.signal]),
        endless: true,
      })
      onTrouble?.(undefined)
      for await (const event of readJsonLines<WatchEvent<T>>(response)) {
        clearTimeout(silence)
        silence = setTimeout(() => stop.abort(), silenceMs)
        take(event)
      }
    } catch (error) {
      // Our own watchdog is no trouble: the watch goes on from where it was.
      if (!stop.signal.aborted || error instanceof StatusError) throw error
    } finally {
      clearTimeout(silence)
      stop.abort()
    }
  }

  /** After so long it makes sense to try again. */
  function waitAfter(error: unknown): number {
    // 410: what came since is no longer known to the API server (also when the pages of a list took too long).
    if (isStatus(error, 410)) {
      version = ""
      return firstWaitMs * random()
    }
    errors += 1
    if (errors >= errorsBeforeRelist) version = ""
    const refused = isStatus(error, 401) || isStatus(error, 403) || isStatus(error, 404)
    if (refused) settled.resolve()
    const wait = refused ? refusedWaitMs : Math.min(firstWaitMs * 2 ** (errors - 1), longestWaitMs)
    onTrouble?.(error)
    return wait * (0.5 + random() / 2)
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (version === "") await list()
        settled.resolve()
        await watch()
        errors = 0
        // A server, or something before it, that ends every watch at once is not asked in a circle.
        await sleep(firstWaitMs * (0.5 + random() / 2), signal)
      } catch (error) {
        if (signal.aborted) return
        await sleep(waitAfter(error), signal)
      }
    }
  }

  void run().finally(() => settled.resolve())
  return {
    objects,
    settled: settled.promise,
    learn: put,
    forget: (object) => {
      const key = keyOf(object)
      if (!isSame(object, objects.get(key))) return
      forgotten.add(object.metadata?.uid ?? "")
      const before = objects.get(key)
      if (objects.delete(key)) onChange(undefined, before)
    },
  }
}

function isSame(left: KubeObject, right: KubeObject | undefined): boolean {
  return left.metadata?.uid === right?.metadata?.uid
}

/** Versions of one API server are numbers that grow (KEP-5504). */
function isNewer(object: KubeObject, before: KubeObject): boolean {
  const [now, then] = [object, before].map(({ metadata }) => Number(metadata?.resourceVersion))
  return Number.isNaN(now) || Number.isNaN(then) || Number(now) > Number(then)
}

export function keyOf({ metadata }: KubeObject): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`
}

function selector({ labelSelector }: { labelSelector?: string }): Record<string, string> {
  return labelSelector === undefined ? {} : { labelSelector }
}
