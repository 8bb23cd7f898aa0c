// Between tabs: a tab asks once for each server of its list, and answers with what it has.
import type { TabChannel } from "../base/tab-channel.ts"
import type { KnownSecrets } from "./known-secrets.ts"
import { mostAsked, type PasswordMessage } from "./password-messages.ts"

export type PasswordSharing = {
  /** Only these are asked for and taken. */
  watch: (origins: readonly string[]) => void
  post: (message: PasswordMessage) => void
  stop: () => void
}

export function sharePasswords(channel: TabChannel<PasswordMessage>, known: KnownSecrets): PasswordSharing {
  let wanted: ReadonlySet<string> = new Set()
  const asked = new Set<string>()
  // The vault may answer when the page is gone.
  let stopped = false
  const post = (message: PasswordMessage) => {
    if (!stopped) channel.post(message)
  }

  const ask = () => {
    const missing = [...wanted].filter((origin) => !known.live(origin) && !asked.has(origin))
    for (const origin of missing) asked.add(origin)
    if (missing.length > 0) post({ kind: "ask", origins: missing.slice(0, mostAsked) })
  }
  const answer = (origins: readonly string[]) => {
    for (const origin of new Set(origins)) {
      const secret = known.live(origin)
      if (secret) post({ kind: "have", origin, secret })
    }
  }
  const stopListening = channel.listen((message) => {
    if (message.kind === "ask") answer(message.origins)
    else if (message.kind === "signed-out") known.noteSignOut(message.origin, message.at)
    else if (wanted.has(message.origin)) known.take(message.origin, message.secret)
  })
  // A page that slept in the back/forward cache heard nothing meanwhile.
  const onShow = (event: PageTransitionEvent) => {
    if (!event.persisted) return
    known.dropSignedOut()
    asked.clear()
    ask()
  }
  window.addEventListener("pageshow", onShow)

  return {
    post,
    watch(origins) {
      wanted = new Set(origins)
      // Removed and added again, it is asked for again.
      for (const origin of asked) if (!wanted.has(origin)) asked.delete(origin)
      ask()
    },
    stop() {
      stopped = true
      stopListening()
      window.removeEventListener("pageshow", onShow)
    },
  }
}
