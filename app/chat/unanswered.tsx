// An idle session whose last prompt has no answer, or only the beginning of one: says so and offers to go on.
import { createSignal, onCleanup, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { notify } from "../ui/notices.tsx"
import { useChat } from "./chat-context.tsx"
import type { Exchange } from "./exchanges.ts"

/** A session is idle for a moment before the server says that it works, and before it says what it has written. */
const certainAfterMs = 3_000

/** OpenCode can store a prompt without ever answering it: right after an error, or when it stops at that moment. */
export function Unanswered(props: { last: Exchange | undefined; stopped: boolean }) {
  const chat = useChat()
  const certain = createCertain()
  const [asking, setAsking] = createSignal(false)
  const prompt = () => props.last?.prompt
  const hasText = () => prompt()?.parts.some((part) => part.type === "text" && !part.synthetic) ?? false
  const retry = async () => {
    const info = prompt()?.info
    if (!info || asking()) return
    setAsking(true)
    await chat.retryPrompt(info).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : "Try again."
      notify({ kind: "danger", text: `The prompt was not sent again. ${why}` })
    })
    setAsking(false)
  }
  return (
    <Show when={(certain() || props.stopped) && hasText()}>
      <p class="turn-note">
        {props.stopped ? "You can send it again." : "No answer came."}{" "}
        <Button size="small" disabled={asking()} onClick={() => void retry()}>
          Retry
        </Button>
      </p>
    </Show>
  )
}

/** Sent again, such a prompt is not answered (measured): the half answer counts as one. */
export function CutOff(props: { sessionID: string; last: Exchange | undefined }) {
  const chat = useChat()
  const certain = createCertain()
  const goOn = () => {
    const info = props.last?.answers.at(-1)?.info
    const from = info && { agent: info.agent, model: { providerID: info.providerID, modelID: info.modelID } }
    chat.outbox.send({ sessionID: props.sessionID }, { text: "Continue.", ...from })
  }
  return (
    <Show when={certain()}>
      <p class="turn-note">
        Cut off: the server restarted or the answer was lost.{" "}
        <Button size="small" onClick={goOn}>
          Continue
        </Button>
      </p>
    </Show>
  )
}

function createCertain() {
  const [certain, setCertain] = createSignal(false)
  const timer = setTimeout(() => setCertain(true), certainAfterMs)
  onCleanup(() => clearTimeout(timer))
  return certain
}
