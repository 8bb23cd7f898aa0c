// A table of IndexedDB for tests: answers come later, changes come one after the other, and it can refuse.
import type { RecordStore } from "../../app/base/record-store.ts"

export type MemoryRecords = RecordStore & {
  /** What lies on the disk. */
  readonly kept: Map<string, unknown>
  /** From now on every call rejects, as in a private window. */
  refuse: () => void
  /** From now on nothing is answered until the returned function is called. */
  hold: () => () => void
  /** Something that uses these records and that `settled` waits for. */
  watch: <T>(work: Promise<T>) => Promise<T>
  /** Nothing is under way, and what came of it has reached everybody in this process. At once while it is held. */
  settled: () => Promise<void>
}

export function makeMemoryRecords(kept = new Map<string, unknown>()): MemoryRecords {
  const underWay = new Set<Promise<unknown>>()
  let held = false
  let refused = false
  let gate = Promise.resolve()
  const turn = async <T>(work: () => T): Promise<T> => {
    await gate
    if (refused) throw new DOMException("not here", "InvalidStateError")
    return work()
  }
  return {
    kept,
    refuse() {
      refused = true
    },
    hold() {
      held = true
      let open: () => void = () => undefined
      gate = new Promise<void>((resolve) => {
        open = resolve
      })
      return () => {
        held = false
        open()
      }
    },
    watch(work) {
      underWay.add(work)
      const over = () => void underWay.delete(work)
      work.then(over, over)
      return work
    },
    async settled() {
      // A message between tabs may start the next piece of work.
      for (let quiet = 0; quiet < 3; quiet = underWay.size === 0 || held ? quiet + 1 : 0)
        await new Promise((resolve) => setTimeout(resolve, 10))
    },
    get: (key) => turn(() => kept.get(key)),
    all: () => turn(() => new Map(kept)),
    change: (key, make) =>
      turn(() => {
        const next = make(kept.get(key))
        if (next === undefined) kept.delete(key)
        else kept.set(key, next)
        return next
      }),
  }
}
