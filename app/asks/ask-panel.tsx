// Stands while the agent waits, above the composer or in its place. One ask at a time, the oldest first.
import { createMemo, type JSX, Match, onCleanup, onMount, type ParentProps, Show, Switch } from "solid-js"
import type { Ask } from "./ask.ts"
import { PermissionForm } from "./permission-form.tsx"
import { QuestionForm } from "./question-form.tsx"
import "./ask-panel.css"

export type AskPanelProps = ParentProps<{
  /** Open asks of this session and its sub-agents, oldest first. */
  asks: readonly Ask[]
  /** Paths below it are written without it. */
  directory: string
  /** Who asks, where it is not the session itself: the sub-agent's title. */
  askerOf: (sessionID: string) => string | undefined
  /** The ask in which the person was is gone, and nothing has the focus now. */
  onLeft?: () => void
}>

export function AskPanel(props: AskPanelProps) {
  // Keyed by id: the same ask sent anew by a resync must not lose what the person typed.
  const current = createMemo(() => props.asks[0])
  return (
    <Show when={current()?.request.id} keyed>
      {(_id) => (
        <Show when={current()}>
          {(ask) => (
            <AskFrame
              asker={props.askerOf(ask().request.sessionID)}
              others={props.asks.length - 1}
              aside={props.children}
              onLeft={() => props.onLeft?.()}
            >
              <Switch>
                <Match when={permissionOf(ask())}>
                  {(request) => <PermissionForm request={request()} directory={props.directory} />}
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

type AskFrameProps = ParentProps<{
  asker: string | undefined
  others: number
  /** What else can be done here, at the end of the first line. */
  aside: JSX.Element
  onLeft: () => void
}>

function AskFrame(props: AskFrameProps) {
  let panel: HTMLElement | undefined
  let entered = false
  // Where the composer stays, so does the focus. Where it went, it took the focus with it; and not to a button:
  // somebody may be typing, and Enter would answer.
  onMount(() => {
    if (document.activeElement === document.body) panel?.focus({ preventScroll: true })
  })
  onCleanup(() => {
    const onLeft = props.onLeft
    // When the panel is gone and the next ask, if there is one, has taken the focus.
    if (entered) queueMicrotask(() => document.activeElement === document.body && onLeft())
  })
  return (
    <section
      class="ask-panel"
      ref={panel}
      tabindex="-1"
      aria-label="The agent waits for you"
      aria-live="polite"
      onFocusIn={() => {
        entered = true
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget
        if (next instanceof Node && !event.currentTarget.contains(next)) entered = false
      }}
    >
      <div class="ask-note">
        <span class="ask-asker">{props.asker === undefined ? "" : `Sub-agent: ${props.asker}`}</span>
        <span>{props.others > 0 ? `${props.others} more waiting` : ""}</span>
        {props.aside}
      </div>
      {props.children}
    </section>
  )
}
