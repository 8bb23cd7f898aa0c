// From draft to prompt and back. Nothing that was typed is lost: a prompt that the server refuses, or that the
// person cancels, becomes the draft again, in whichever tab shows its session.
import { createEffect, createSignal, untrack } from "solid-js"
import type { Chat, Prompt } from "../chat/chat.ts"
import type { OutboxEntry, Place } from "../chat/outbox-entry.ts"
import type { Draft } from "./draft.ts"
import { newSession } from "./draft.ts"

export type SendingOptions = {
  chat: Pick<Chat, "outbox" | "live">
  draft: Draft
  sessionID: () => string | undefined
  onStarted: (sessionID: string) => void
}

export function createSending(options: SendingOptions) {
  const { chat, draft } = options
  const [error, setError] = createSignal<string>()
  // A session whose first prompt was refused is used again, so that tries do not pile up empty sessions.
  let again: Place | undefined
  const following = createFollowing(options)

  const isHere = (entry: OutboxEntry) => {
    const sessionID = options.sessionID()
    return sessionID === undefined
      ? entry.opens !== undefined || entry.sessionID === undefined
      : entry.sessionID === sessionID && entry.opens === undefined
  }
  const waiting = () => chat.outbox.entries().filter((entry) => entry.state !== "back" && isHere(entry))
  const collect = (back: readonly OutboxEntry[]) => {
    // The first one ends up on top.
    for (const { messageID } of [...back].reverse()) {
      following.end(messageID)
      const entry = chat.outbox.collect(messageID)
      if (!entry) continue
      draft.putBack(options.sessionID() ?? newSession, entry.text)
      setError(entry.reason)
      if (entry.opens !== undefined)
        again = { opens: entry.opens, sessionID: entry.sessionID, creating: entry.creating }
    }
  }
  createEffect(() => {
    const back = chat.outbox.entries().filter((entry) => entry.state === "back" && isHere(entry))
    if (back.length > 0) untrack(() => collect(back))
  })
  const startsWith = untrack(waiting)[0]
  if (untrack(options.sessionID) === undefined && startsWith) following.begin(startsWith.messageID)

  const place = (): Place | undefined => {
    const sessionID = options.sessionID()
    if (sessionID !== undefined) return { sessionID }
    // What is said while the first prompt waits belongs to the same session.
    const first = waiting()[0]
    return first ? { opens: first.opens, sessionID: first.sessionID, creating: first.creating } : again
  }
  return {
    /** Why the last prompt was refused. */
    error,
    /** What was sent from here and has not arrived. */
    waiting,
    send(choice: Omit<Prompt, "text">) {
      const to = place()
      again = undefined
      setError(undefined)
      const messageID = chat.outbox.send(to, { text: draft.take(), ...choice })
      if (options.sessionID() === undefined) following.begin(messageID)
    },
    /** As if they had not been sent. */
    cancel() {
      // The last one first: each stands above what is in the draft already.
      for (const { messageID } of waiting().reverse()) chat.outbox.cancel(messageID)
    },
  }
}

/** Opens the session that a first prompt started, once the server has that prompt. */
function createFollowing(options: SendingOptions) {
  const [followed, setFollowed] = createSignal<string>()
  let last: OutboxEntry | undefined
  createEffect(() => {
    const messageID = followed()
    if (messageID === undefined) return
    const entry = options.chat.outbox.entries().find((one) => one.messageID === messageID)
    const before = last
    last = entry
    if (entry || !before || before.state === "back" || before.sessionID === undefined) return
    const { sessionID } = before
    untrack(() => {
      setFollowed(undefined)
      options.draft.move(newSession, sessionID)
      options.onStarted(sessionID)
    })
  })
  return {
    /** The first of several. */
    begin: (messageID: string) => void setFollowed((known) => known ?? messageID),
    end: (messageID: string) => void setFollowed((known) => (known === messageID ? undefined : known)),
  }
}
