// The prompts of one server that wait, as every tab of this browser sees them. They outlive a reload, a crash and
// the server's entry in the list: whoever adds the server again finds them here.
import { type Accessor, createSignal, onCleanup, untrack } from "solid-js"
import { prefix } from "../base/prefix.ts"
import { makeStoredItems, type StoredItems } from "../base/stored-items.ts"
import { type OutboxEntry, OutboxEntrySchema, type Owner, type StoredEntry } from "./outbox-entry.ts"

export type OutboxStore = {
  /** The oldest first. */
  entries: Accessor<readonly OutboxEntry[]>
  /** As it is stored now, which a tab may not have heard of yet. */
  get: (messageID: string) => OutboxEntry | undefined
  put: (entry: OutboxEntry) => void
  /** Takes in what other tabs wrote and the browser has not told yet. */
  refresh: () => void
  /** Does nothing when it is gone, or given back to the person. Says whether it did something. */
  change: (messageID: string, fields: Partial<OutboxEntry>) => boolean
  /** What it was; undefined when another was faster. */
  remove: (messageID: string) => OutboxEntry | undefined
}

/**
 * The prefix belongs to it: another Sandbar of this origin means another server by the same id. Both are encoded, so
 * that none begins with another: `local` is not the beginning of `local.lan:4096`.
 */
export function makeOutboxItems(serverID: string): StoredItems<StoredEntry> {
  return makeStoredItems<StoredEntry>({
    start: `sandbar.outbox.${encodeURIComponent(prefix)}/${encodeURIComponent(serverID)}/`,
    version: 1,
    schema: OutboxEntrySchema,
  })
}

/** `owner`: whoever is signed in. What others wrote here is not theirs to see or to send; it waits for its writer. */
export function createOutboxStore(items: StoredItems<StoredEntry>, owner: Owner): OutboxStore {
  // What the storage refused.
  const unkept = new Map<string, OutboxEntry>()
  const read = () =>
    [...new Map([...items.all(), ...unkept]).values()]
      .filter((entry) => entry.url === owner.url && entry.username === owner.username)
      .sort((a, b) => a.createdAt - b.createdAt || (a.messageID < b.messageID ? -1 : 1))
  const [entries, setEntries] = createSignal<readonly OutboxEntry[]>(read())
  const refresh = () => {
    const now = read()
    if (JSON.stringify(now) !== JSON.stringify(untrack(entries))) setEntries(now)
  }
  onCleanup(items.subscribe(refresh))

  const get = (messageID: string) => {
    refresh()
    return untrack(entries).find((entry) => entry.messageID === messageID)
  }
  const put = (entry: OutboxEntry) => {
    const { unkept: _, ...stored } = entry
    if (items.put(entry.messageID, stored).kept) unkept.delete(entry.messageID)
    else {
      // An older version of it must not come back after a reload.
      items.remove(entry.messageID)
      unkept.set(entry.messageID, { ...stored, unkept: true })
    }
    refresh()
  }
  return {
    entries,
    get,
    put,
    refresh,
    change(messageID, fields) {
      const entry = get(messageID)
      if (!entry || entry.state === "back") return false
      put({ ...entry, ...fields })
      return true
    },
    remove(messageID) {
      const entry = get(messageID)
      unkept.delete(messageID)
      items.remove(messageID)
      refresh()
      return entry
    },
  }
}
