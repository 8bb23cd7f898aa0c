// Drafts: text that was not sent yet, one per session, kept over reloads and switches.
import { type Accessor, createSignal, onCleanup } from "solid-js"
import * as v from "valibot"
import { prefix } from "../base/prefix.ts"
import { makeStored, type StorageKey, type Stored } from "../base/storage.ts"

/** More than anyone leaves lying around; the oldest go first, so that the storage cannot fill up. */
const atMost = 50

const DraftsSchema = v.array(v.object({ session: v.string(), text: v.string() }))
type Drafts = v.InferOutput<typeof DraftsSchema>

/** The draft of a session that does not exist yet. */
export const newSession = "new"

export type DraftStore = Pick<Stored<Drafts>, "get" | "set" | "subscribe">

/** The prefix belongs to it: another Sandbar of this origin means another server by the same id. */
export function makeDraftStore(serverID: string): DraftStore {
  const store = openDrafts(`sandbar.drafts.${prefix}.${serverID}.v1`)
  if (store.get() === none) takeOldDrafts(openDrafts(`sandbar.drafts.${serverID}.v1`), store)
  return store
}

/**
 * Earlier versions kept the drafts of all prefixes together. Session ids are unique, so each prefix may copy those
 * and none meets another's; a draft without a session goes to the prefix that is opened first, and to no other.
 */
function takeOldDrafts(old: DraftStore, store: DraftStore): void {
  const drafts = old.get()
  if (drafts === none || !store.set(drafts).kept) return
  old.set(withDraft(drafts, newSession, ""))
}

/** Nothing was kept yet. */
const none: Drafts = []

function openDrafts(key: StorageKey): DraftStore {
  return makeStored<Drafts>({ key, schema: DraftsSchema, fallback: none })
}

export function draftOf(drafts: Drafts, session: string): string {
  return drafts.find((draft) => draft.session === session)?.text ?? ""
}

export function withDraft(drafts: Drafts, session: string, text: string): Drafts {
  const others = drafts.filter((draft) => draft.session !== session)
  if (text === "") return others
  return [...others, { session, text }].slice(-atMost)
}

export type Draft = {
  text: Accessor<string>
  set: (text: string) => void
  /** Takes the text out, to send it. */
  take: () => string
  /** What was typed on while a first prompt started its session belongs to that session. */
  move: (from: string, to: string) => void
  /**
   * Puts a refused prompt back; what was typed meanwhile stays below it. Goes to the session it was for. Two tabs
   * that do it at the same moment do it once.
   */
  putBack: (session: string, text: string) => void
}

export function createDraft(store: DraftStore, session: Accessor<string>): Draft {
  const [drafts, setDrafts] = createSignal(store.get())
  const text = () => draftOf(drafts(), session())
  onCleanup(store.subscribe((next) => setDrafts(next)))

  const save = (id: string, next: string) => {
    store.set(withDraft(store.get(), id, next))
    setDrafts(store.get())
  }
  return {
    text,
    set: (next) => save(session(), next),
    take() {
      const taken = text()
      save(session(), "")
      return taken
    },
    move(from, to) {
      const typed = draftOf(store.get(), from)
      if (typed === "") return
      save(from, "")
      save(to, typed)
    },
    putBack(id, refused) {
      const typed = draftOf(store.get(), id)
      if (typed === refused || typed.startsWith(`${refused}\n`)) return
      save(id, typed === "" ? refused : `${refused}\n${typed}`)
    },
  }
}
