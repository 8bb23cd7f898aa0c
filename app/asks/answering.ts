import { createSignal } from "solid-js"

export type Answering = {
  /** True while the reply is on its way. */
  busy: () => boolean
  /** Why the last reply was not accepted; the ask stays. */
  error: () => string | undefined
  answer: (reply: () => Promise<void>) => Promise<void>
}

/** Sending a reply: once at a time, and a refusal is shown where the person answered. */
export function createAnswering(): Answering {
  const [busy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<string>()
  return {
    busy,
    error,
    async answer(reply) {
      if (busy()) return
      setBusy(true)
      setError(undefined)
      try {
        await reply()
      } catch (cause) {
        setError(cause instanceof Error ? cause.message : "The server did not take the answer. Try again.")
      } finally {
        setBusy(false)
      }
    },
  }
}
