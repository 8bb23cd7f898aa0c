// The tabs of one browser in one process: they share storage, channels and locks, and each can be frozen or crash
// without a word to the others. What a frozen tab misses, it gets when it goes on.
import { vi } from "vitest"
import type { TabLocks } from "../../app/base/tab-lock.ts"
import type { Clock } from "../../app/connection/clock.ts"
import { makeFakeLocks } from "./tab-locks.ts"

export type BrowserTab = {
  locks: TabLocks
  /** Timers that fire only while the tab runs. */
  clock: Clock
  /** Runs a task of this tab: now, when it goes on, or never. */
  task: (run: () => void) => void
  /** What `run` opens belongs to this tab. */
  within: <T>(run: () => T) => T
  freeze: () => void
  thaw: () => void
  crash: () => void
}

export type Browser = { openTab: (clock: Clock) => BrowserTab; close: () => void }

type Task = (run: () => void) => void

/** Takes the place of `localStorage`, `BroadcastChannel` and the storage event until it is closed. */
export function openBrowser(): Browser {
  const locks = makeFakeLocks()
  const channels = new Set<{ name: string; hear: (data: unknown) => void }>()
  const watchers = new Map<unknown, (event: Event) => void>()
  let current: Task = (run) => run()

  vi.stubGlobal(
    "localStorage",
    makeSharedStorage((key) => {
      const event = Object.assign(new Event("storage"), { key })
      for (const tell of [...watchers.values()]) queueMicrotask(() => tell(event))
    }),
  )
  vi.stubGlobal(
    "BroadcastChannel",
    makeChannelClass(channels, () => current),
  )
  const { addEventListener, removeEventListener } = window
  window.addEventListener = ((
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ) => {
    if (type !== "storage") return addEventListener.call(window, type, listener, options)
    const task = current
    watchers.set(listener, (event) => task(() => watchers.has(listener) && listener(event)))
  }) as typeof window.addEventListener
  window.removeEventListener = ((type: string, listener: (event: Event) => void) => {
    if (!watchers.delete(listener)) removeEventListener.call(window, type, listener)
  }) as typeof window.removeEventListener

  return {
    openTab(clock) {
      const own = locks.tab()
      let state: "runs" | "frozen" | "dead" = "runs"
      let missed: (() => void)[] = []
      const within = <T>(run: () => T): T => {
        const before = current
        current = task
        try {
          return run()
        } finally {
          current = before
        }
      }
      const task: Task = (run) => {
        if (state === "runs") within(run)
        else if (state === "frozen") missed.push(run)
      }
      const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
        own.locks.request(
          name,
          options,
          (lock) =>
            new Promise((resolve, reject) => {
              task(() => void Promise.resolve(callback(lock)).then(resolve, reject))
            }),
        )
      return {
        locks: { request } as unknown as TabLocks,
        clock: {
          now: clock.now,
          after(ms, run) {
            // One that came due while the tab was frozen can still be cancelled when it goes on.
            let cancelled = false
            const cancel = clock.after(ms, () => task(() => cancelled || run()))
            return () => {
              cancelled = true
              cancel()
            }
          },
        },
        task,
        within,
        freeze() {
          if (state === "runs") state = "frozen"
        },
        thaw() {
          if (state !== "frozen") return
          state = "runs"
          const late = missed
          missed = []
          for (const run of late) task(run)
        },
        crash() {
          state = "dead"
          own.crash()
        },
      }
    },
    close() {
      window.addEventListener = addEventListener
      window.removeEventListener = removeEventListener
      vi.unstubAllGlobals()
    },
  }
}

function makeSharedStorage(changed: (key: string) => void): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, value) {
      items.set(key, value)
      changed(key)
    },
    removeItem(key) {
      if (items.delete(key)) changed(key)
    },
    clear: () => items.clear(),
  }
}

/** Far more than the longest story needs. Messages take no time here, so a storm of them would never end. */
const mostPosts = 100_000

type Hearer = { name: string; hear: (data: unknown) => void }

function makeChannelClass(channels: Set<Hearer>, owner: () => Task) {
  let posts = 0
  return class extends EventTarget {
    readonly name: string
    readonly #me: Hearer
    constructor(name: string) {
      super()
      this.name = name
      const task = owner()
      const hear = (data: unknown) =>
        task(() => {
          if (channels.has(this.#me)) this.dispatchEvent(Object.assign(new Event("message"), { data }))
        })
      this.#me = { name, hear }
      channels.add(this.#me)
    }
    postMessage(data: unknown): void {
      if (++posts > mostPosts) throw new Error("These tabs never stop talking.")
      const copy = structuredClone(data)
      for (const one of channels) {
        if (one !== this.#me && one.name === this.name) queueMicrotask(() => one.hear(copy))
      }
    }
    close(): void {
      channels.delete(this.#me)
    }
  }
}
