// From draft to prompt. Nothing that was typed is lost: a refused prompt becomes the draft again.
import { createSignal } from "solid-js"
import type { Chat, Prompt } from "../chat/chat.ts"
import type { Draft } from "./draft.ts"
import { newSession } from "./draft.ts"

export type SendingOptions = {
  chat: Pick<Chat, "send" | "createSession">
  draft: Draft
  sessionID: () => string | undefined
  onStarted: (sessionID: string) => void
}

export function createSending(options: SendingOptions) {
  const [busy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<string>()
  // A session whose first prompt was refused is used again, so that tries do not pile up empty sessions.
  let started: string | undefined

  const sendTo = async (sessionID: string | undefined, prompt: Prompt) => {
    if (sessionID !== undefined) return options.chat.send(sessionID, prompt)
    started ??= (await options.chat.createSession()).id
    await options.chat.send(started, prompt)
    options.draft.move(newSession, started)
    options.onStarted(started)
  }

  return {
    /** True until the server took the prompt or refused it. */
    busy,
    /** Why the last prompt was refused. */
    error,
    async send(choice: Omit<Prompt, "text">) {
      if (busy()) return
      const sessionID = options.sessionID()
      const text = options.draft.take()
      setBusy(true)
      setError(undefined)
      try {
        await sendTo(sessionID, { text, ...choice })
      } catch (cause) {
        options.draft.putBack(sessionID ?? newSession, text)
        setError(cause instanceof Error ? cause.message : "The prompt was not sent. Try again.")
      } finally {
        setBusy(false)
      }
    },
  }
}
