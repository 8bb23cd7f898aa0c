// Takes the composer's place while the agent waits. One ask at a time, the oldest first.
import { createMemo, type JSX, Match, onMount, Show, Switch } from "solid-js"
import type { Ask } from "./ask.ts"
import { PermissionForm } from "./permission-form.tsx"
import { QuestionForm } from "./question-form.tsx"
import "./ask-panel.css"

export type AskPanelProps = {
  /** Open asks of this session and its sub-agents, oldest first. */
  asks: readonly Ask[]
  /** Who asks, where it is not the session itself: the sub-agent's title. */
  askerOf: (sessionID: string) => string | undefined
}

export function AskPanel(props: AskPanelProps) {
  // Keyed by id: the same ask sent anew by a resync must not lose what the person typed.
  const current = createMemo(() => props.asks[0])
  return (
    <Show when={current()?.request.id} keyed>
      {(_id) => (
        <Show when={current()}>
          {(ask) => (
            <AskFrame asker={props.askerOf(ask().request.sessionID)} others={props.asks.length - 1}>
              <Switch>
                <Match when={permissionOf(ask())}>
                  {(request) => <PermissionForm request={request()} />}
                </Match>
                <Match when={questionOf(ask())}>{(request) => <QuestionForm request={request()} />}</Match>
              </Switch>
            </AskFrame>
          )}
        </Show>
      )}
    </Show>
  )
}

function permissionOf(ask: Ask) {
  return ask.kind === "permission" ? ask.request : undefined
}

function questionOf(ask: Ask) {
  return ask.kind === "question" ? ask.request : undefined
}

function AskFrame(props: { asker: string | undefined; others: number; children: JSX.Element }) {
  let panel: HTMLElement | undefined
  // The composer took the focus with it. Not to a button: somebody may be typing, and Enter would answer.
  onMount(() => {
    if (document.activeElement === document.body) panel?.focus({ preventScroll: true })
  })
  return (
    <section
      class="ask-panel"
      ref={panel}
      tabindex="-1"
      aria-label="The agent waits for you"
      aria-live="polite"
    >
      <Show when={props.asker !== undefined || props.others > 0}>
        <p class="ask-note">
          <span>{props.asker === undefined ? "" : `Sub-agent: ${props.asker}`}</span>
          <span>{props.others > 0 ? `${props.others} more waiting` : ""}</span>
        </p>
      </Show>
      {props.children}
    </section>
  )
}
