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
  /** All of it: the server did not let this password see it. */
  forget: () => void
}

export type ServerMemory = {
  of: (server: Server) => LastKnown
  /** Forgets every other server, and one of these whose address or user is another now, or that was signed out of. */
  keepOnly: (servers: readonly Server[]) => void
}

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
      const recall = <T>(slot: Slot<T>) => remembered.get(key)?.get(slot) as T | undefined
      return {
        recall,
        take<T>(slot: Slot<T>) {
          const value = recall(slot)
          remembered.get(key)?.delete(slot)
          return value
        },
        keep: (slot, value) => keep(key, slot, value),
        forget: () => void remembered.delete(key),
      }
    },
    keepOnly(servers) {
      known = new Set(servers.map(keyOf))
      for (const key of [...remembered.keys()]) if (!known.has(key)) remembered.delete(key)
    },
  }
}

/**
 * Another person may sign in at the same address, after a sign-out or with a name of their own. Another password for the same
 * name is the same person's: what stood there stays until the server has answered.
 */
function keyOf(server: Server): string {
  return JSON.stringify([server.url, server.username ?? "", Boolean(server.password)])
}
