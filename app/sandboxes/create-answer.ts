import { createSignal } from "solid-js"
import { failureOf } from "../connection/failure.ts"
import { useSpawning } from "./sandboxes-context.ts"

/** Runs what a dialog asked for; the question stays, with the reason, when that fails. */
export function createAnswer(run: () => Promise<unknown>) {
  const sandboxes = useSpawning()
  const [busy, setBusy] = createSignal(false)
  const [trouble, setTrouble] = createSignal<string>()
  const close = () => sandboxes.ask(undefined)
  const answer = async (event?: SubmitEvent) => {
    event?.preventDefault()
    if (busy()) return
    setBusy(true)
    setTrouble(undefined)
    try {
      await run()
      close()
    } catch (error) {
      setTrouble(failureOf(error).message)
    } finally {
      setBusy(false)
    }
  }
  return { busy, trouble, close, answer, onOpenChange: (open: boolean) => open || close() }
}
