// What was last known of the servers that were open, so that opening one again shows it at once. Plain data in
// memory, never a store, and gone with the page.
import type { Server } from "../servers/server.ts"

/** What one feature keeps of a server, told apart by identity. */
export type Slot<T> = { readonly name: string; readonly holds?: T }

/** Of one server, for its features. */
export type LastKnown = {
  recall: <T>(slot: Slot<T>) => T | undefined
  /** As `recall`, and forgets it: whoever takes it may change it. */
  take: <T>(slot: Slot<T>) => T | undefined
  keep: <T>(slot: Slot<T>, value: T) => void
}

export type ServerMemory = {
  of: (server: Server) => LastKnown
  /** Forgets every other server, and one of these whose address, user or password is another now. */
  keepOnly: (servers: readonly Server[]) => void
}

const nothing: LastKnown = { recall: () => undefined, take: () => undefined, keep: () => undefined }

/** Servers that are remembered at a time; the one that was left longest ago goes first. */
const atMost = 5

export function makeServerMemory(): ServerMemory {
  const remembered = new Map<string, Map<Slot<unknown>, unknown>>()
  let known = new Set<string>()

  const keep = (key: string, slot: Slot<unknown>, value: unknown) => {
    // What belonged to the server is often kept a moment after it was signed out or removed.
    if (!known.has(key)) return
    const slots = remembered.get(key) ?? new Map<Slot<unknown>, unknown>()
    slots.set(slot, value)
    remembered.delete(key)
    remembered.set(key, slots)
    for (const oldest of [...remembered.keys()].slice(0, -atMost)) remembered.delete(oldest)
  }

  return {
    of(server) {
      const key = keyOf(server)
      if (key === undefined) return nothing
      const recall = <T>(slot: Slot<T>) => remembered.get(key)?.get(slot) as T | undefined
      return {
        recall,
        take<T>(slot: Slot<T>) {
          const value = recall(slot)
          remembered.get(key)?.delete(slot)
          return value
        },
        keep: (slot, value) => keep(key, slot, value),
      }
    },
    keepOnly(servers) {
      known = new Set(servers.map(keyOf).filter((key) => key !== undefined))
      for (const key of [...remembered.keys()]) if (!known.has(key)) remembered.delete(key)
    },
  }
}

/** Another person may sign in at the same address. A password without an id cannot be told from another. */
function keyOf(server: Server): string | undefined {
  if (server.password && !server.credentialId) return undefined
  return JSON.stringify([server.url, server.username ?? "", server.credentialId ?? ""])
}
