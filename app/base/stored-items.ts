// Many values that outlive a reload, each under a key of its own: two tabs that write at the same moment cannot
// undo each other, as they can with one list that both read and write back.
import * as v from "valibot"
import { parseJson } from "./parse-json.ts"
import { browserStorage } from "./storage.ts"

export type StoredItems<T> = {
  /** By id. What cannot be read is left out, and left where it is. */
  all: () => Map<string, T>
  /** `kept: false`: the browser refused (full, forbidden). */
  put: (id: string, value: T) => { kept: boolean }
  remove: (id: string) => void
  /** Calls back when another tab changes one of them. Returns the way to stop. */
  subscribe: (listener: () => void) => () => void
}

export type StoredItemsOptions<T> = {
  /** The key of an item is this, its id, and the version. No other start may begin with it. */
  start: `sandbar.${string}/`
  version: number
  schema: v.GenericSchema<unknown, T>
  storage?: Storage | undefined
}

export function makeStoredItems<T>(options: StoredItemsOptions<T>): StoredItems<T> {
  const { start, schema } = options
  const storage = "storage" in options ? options.storage : browserStorage()
  const end = `.v${options.version}`
  const isOurs = (key: string) => key.startsWith(start) && key.endsWith(end)

  return {
    all() {
      const items = new Map<string, T>()
      for (let index = 0; index < (storage?.length ?? 0); index++) {
        const key = storage?.key(index) ?? ""
        if (!isOurs(key)) continue
        const parsed = v.safeParse(schema, parseJson(storage?.getItem(key) ?? ""))
        if (parsed.success) items.set(key.slice(start.length, -end.length), parsed.output)
      }
      return items
    },
    put(id, value) {
      try {
        storage?.setItem(start + id + end, JSON.stringify(value))
        return { kept: storage !== undefined }
      } catch {
        return { kept: false }
      }
    },
    remove: (id) => storage?.removeItem(start + id + end),
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        // A null key is a clear() of the whole storage.
        if (event.key === null || isOurs(event.key)) listener()
      }
      window.addEventListener("storage", onStorage)
      return () => window.removeEventListener("storage", onStorage)
    },
  }
}
