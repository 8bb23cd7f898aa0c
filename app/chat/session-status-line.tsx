// The end of the timeline: what the agent is doing, why it waits, or why it stopped.
import { createSignal, Match, onCleanup, Show, Switch } from "solid-js"
import { useChat } from "./chat-context.tsx"
import { createCut } from "./create-cut.ts"
import type { Exchange } from "./exchanges.ts"
import { type Retry, retrySentence } from "./sentences.ts"
import { CutOff, Unanswered } from "./unanswered.tsx"

export type SessionStatusLineProps = {
  sessionID: string
  last: Exchange | undefined
  /** The agent was stopped before it came to the last prompt. */
  stopped: boolean
  /** The agent waits for an answer of the person. */
  waiting: boolean
  /** The server does not run now, so nothing in it works. */
  resting?: boolean
}

export function SessionStatusLine(props: SessionStatusLineProps) {
  const chat = useChat()
  const status = () => chat.state.status[props.sessionID]
  const cut = createCut(chat)
  const lastSeen = () => (chat.stale() ? status() : props.resting && (status()?.type ?? "idle") !== "idle")
  // Nobody tells us any more whether it still works.
  const unknown = () => cut() && !props.waiting && (status()?.type ?? "idle") !== "idle"
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
  // Only while it is known, and from the server. A sub-agent is asked by the agent above it.
  const idle = () =>
    chat.live() &&
    !chat.stale() &&
    (status()?.type ?? "idle") === "idle" &&
    chat.state.sessions[props.sessionID]?.parentID === undefined
  const unanswered = () => idle() && props.last?.prompt?.pending !== true && props.last?.answers.length === 0
  const cutOff = () => {
    const info = props.last?.answers.at(-1)?.info
    return idle() && info && info.time.completed === undefined && !info.error ? info.id : undefined
  }
  return (
    <div class="session-status" aria-live="polite">
      <Switch>
        <Match when={lastSeen()}>
          <p class="turn-note">The agent was working when this was last seen.</p>
        </Match>
        <Match when={unknown()}>
          <p class="turn-note">Not connected: the turn may still be running.</p>
        </Match>
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
      <Show when={cutOff()} keyed>
        {(_id) => <CutOff {...props} />}
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
