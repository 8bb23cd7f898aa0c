// The end of the timeline: what the agent is doing, why it waits, or why it stopped.
import { createEffect, createSignal, Match, onCleanup, Show, Switch } from "solid-js"
import { Button } from "../ui/button.tsx"
import { notify } from "../ui/notices.tsx"
import { useChat } from "./chat-context.tsx"
import type { Exchange } from "./exchanges.ts"
import { type Retry, retrySentence } from "./sentences.ts"

/** A prompt is idle for a moment before the server says that it works on it. */
const unansweredAfterMs = 3000

export type SessionStatusLineProps = {
  sessionID: string
  last: Exchange | undefined
  /** The agent was stopped before it came to the last prompt. */
  stopped: boolean
  /** The agent waits for an answer of the person. */
  waiting: boolean
}

export function SessionStatusLine(props: SessionStatusLineProps) {
  const chat = useChat()
  const status = () => chat.state.status[props.sessionID]
  const retry = () => {
    const current = status()
    return current?.type === "retry" ? current : undefined
  }
  const model = () => {
    const chosen = props.last?.prompt?.info.model
    return chosen?.modelID ? `${chosen.providerID}/${chosen.modelID}` : ""
  }
  // The message of the last answer says the same, where it has one.
  const error = () =>
    props.last?.answers.at(-1)?.info.error ? undefined : chat.state.errors[props.sessionID]
  const unanswered = () =>
    (status()?.type ?? "idle") === "idle" &&
    props.last?.prompt?.pending !== true &&
    props.last?.answers.length === 0
  return (
    <div class="session-status" aria-live="polite">
      <Switch>
        <Match when={retry()}>{(waiting) => <RetryLine status={waiting()} model={model()} />}</Match>
        <Match when={status()?.type === "busy" && props.waiting}>
          <p class="turn-note">Waiting for your answer</p>
        </Match>
        <Match when={status()?.type === "busy"}>
          <p class="turn-note working">Working</p>
        </Match>
        <Match when={error()}>{(message) => <p class="turn-error">{message()}</p>}</Match>
      </Switch>
      <Show when={unanswered() ? props.last?.id : undefined} keyed>
        {(_id) => <Unanswered {...props} />}
      </Show>
    </div>
  )
}

function RetryLine(props: { status: Retry; model: string }) {
  const [now, setNow] = createSignal(Date.now())
  const clock = setInterval(() => setNow(Date.now()), 1000)
  onCleanup(() => clearInterval(clock))
  return <p class="turn-note">{retrySentence(props.status, props.model, now())}</p>
}

/** OpenCode can store a prompt without ever answering it, when it comes right after an error. */
function Unanswered(props: Pick<SessionStatusLineProps, "sessionID" | "last" | "stopped">) {
  const chat = useChat()
  const [due, setDue] = createSignal(false)
  createEffect(() => {
    const timer = setTimeout(() => setDue(true), unansweredAfterMs)
    onCleanup(() => clearTimeout(timer))
  })
  const text = () =>
    (props.last?.prompt?.parts ?? [])
      .flatMap((part) => (part.type === "text" && !part.synthetic && !part.ignored ? [part.text] : []))
      .join("\n")
  const again = () => {
    const info = props.last?.prompt?.info
    chat
      .send(props.sessionID, { text: text(), agent: info?.agent, model: info?.model })
      .catch((cause: unknown) => {
        notify({ kind: "danger", text: cause instanceof Error ? cause.message : "The prompt was not sent." })
      })
  }
  return (
    <Show when={(due() || props.stopped) && text() !== ""}>
      <p class="turn-note">
        {props.stopped ? "You can send it again." : "This prompt was not answered."}{" "}
        <Button size="small" onClick={again}>
          Send again
        </Button>
      </p>
    </Show>
  )
}
