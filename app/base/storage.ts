// Values that outlive a reload. What is read back is parsed, never trusted: another version, another tab or
// a person may have written it.
import * as v from "valibot"
import { parseJson } from "./parse-json.ts"

export type StorageKey = `sandbar.${string}.v${number}`

export type Stored<T> = {
  get: () => T
  /** `kept: false`: the browser refused (full, forbidden); the value lives until the tab closes. */
  set: (value: T) => { kept: boolean }
  /** The key that holds what could not be read, when something could not. Nothing is thrown away. */
  setAside: () => string | undefined
  /** Calls back when another tab changes the value. Returns the way to stop. */
  subscribe: (listener: (value: T) => void) => () => void
}

export type StoredOptions<T> = {
  key: StorageKey
  schema: v.GenericSchema<unknown, T>
  fallback: T
  /** Saves what can be saved from an entry that the schema refuses, such as one of an older version. */
  repair?: (raw: unknown) => T | undefined
  storage?: Storage | undefined
}

export function makeStored<T>(options: StoredOptions<T>): Stored<T> {
  const storage = "storage" in options ? options.storage : browserStorage()
  const { key, schema, fallback } = options
  let lastText: string | null | undefined
  let value = fallback
  // Ours is newer than the entry in the storage, because the storage refused it.
  let unkept = false
  // The entry is unreadable and there is no room to move it to: it stays, ours lives in memory.
  let stuck = false
  let aside: string | undefined

  const write = (next: T): boolean => {
    const text = JSON.stringify(next)
    if (stuck || !writeText(storage, key, text)) return false
    lastText = text
    return true
  }

  const readBroken = (text: string): T => {
    const repaired = options.repair?.(parseJson(text)) ?? fallback
    aside = moveAside(storage, key, text)
    stuck = aside === undefined
    lastText = stuck ? text : null
    if (repaired !== fallback) write(repaired)
    return repaired
  }

  const read = (): T => {
    if (unkept) return value
    const text = readText(storage, key)
    if (text === lastText) return value
    lastText = text
    stuck = false
    if (text === null) {
      value = fallback
      return value
    }
    const parsed = v.safeParse(schema, parseJson(text))
    value = parsed.success ? parsed.output : readBroken(text)
    return value
  }

  return {
    get: read,
    set(next) {
      read()
      value = next
      unkept = !write(next)
      return { kept: !unkept }
    },
    setAside() {
      read()
      return aside
    },
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        // A null key is a clear() of the whole storage.
        if (event.key !== key && event.key !== null) return
        unkept = false
        listener(read())
      }
      window.addEventListener("storage", onStorage)
      return () => window.removeEventListener("storage", onStorage)
    },
  }
}

/** Moves an unreadable entry to a key of its own; earlier ones stay where they are. */
function moveAside(storage: Storage | undefined, key: string, text: string): string | undefined {
  for (let count = 1; count <= 20; count++) {
    const broken = count === 1 ? `${key}.broken` : `${key}.broken.${count}`
    const there = readText(storage, broken)
    if (there !== null && there !== text) continue
    // Removed first: a full storage has room for one of the two.
    storage?.removeItem(key)
    if (writeText(storage, broken, text)) return broken
    writeText(storage, key, text)
    return undefined
  }
  return undefined
}

/** Even touching `localStorage` throws where the browser forbids it. */
export function browserStorage(kind: "local" | "session" = "local"): Storage | undefined {
  try {
    return kind === "local" ? window.localStorage : window.sessionStorage
  } catch {
    return undefined
  }
}

function readText(storage: Storage | undefined, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null
  } catch {
    return null
  }
}

/** Whether the text was kept. */
function writeText(storage: Storage | undefined, key: string, text: string): boolean {
  try {
    storage?.setItem(key, text)
    return storage !== undefined
  } catch {
    return false
  }
}
