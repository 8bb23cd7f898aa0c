import ArrowUp from "lucide-solid/icons/arrow-up"
import Square from "lucide-solid/icons/square"
import { createEffect, createSignal, createUniqueId, on, Show } from "solid-js"
import { useChat } from "../chat/chat-context.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { Button } from "../ui/button.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { notify } from "../ui/notices.tsx"
import { createChoice, promptChoice } from "./choice.ts"
import { ChoiceBar } from "./choice-bar.tsx"
import "./composer.css"
import { createDraft, makeDraftStore, newSession } from "./draft.ts"
import { NoModel } from "./no-model.tsx"
import { createOffer } from "./offer-resource.ts"
import { createSending } from "./sending.ts"

export type ComposerProps = {
  /** Left out for a session that the first prompt will start. */
  sessionID?: string | undefined
  /** After the first prompt was taken. */
  onStarted?: (sessionID: string) => void
}

export function Composer(props: ComposerProps) {
  const chat = useChat()
  const connection = useConnection()
  const draft = createDraft(makeDraftStore(connection.server.id), () => props.sessionID ?? newSession)
  const choice = createChoice(connection.server.id)
  const offer = createOffer(connection)
  const sending = createSending({
    chat,
    draft,
    sessionID: () => props.sessionID,
    onStarted: (id) => props.onStarted?.(id),
  })
  const hint = createUniqueId()

  const running = () =>
    props.sessionID !== undefined && (chat.state.status[props.sessionID]?.type ?? "idle") !== "idle"
  const noModel = () => offer.state() === "ready" && offer.value()?.models.length === 0
  const sendable = () => draft.text().trim() !== "" && !noModel() && !sending.busy()
  const send = () => {
    if (sendable()) void sending.send(promptChoice(choice, offer.value()))
  }
  return (
    <form
      class="composer"
      aria-label="Prompt"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Show when={noModel()}>
        <NoModel onRetry={offer.retry} />
      </Show>
      <Show when={sending.error()}>
        <p class="composer-error" role="alert" id={hint}>
          {sending.error()}
        </p>
      </Show>
      <div class="composer-box">
        <PromptArea
          session={props.sessionID ?? newSession}
          text={draft.text()}
          onInput={draft.set}
          onSend={send}
          describedBy={sending.error() ? hint : undefined}
        />
        <div class="composer-bar">
          <ChoiceBar choice={choice} offer={offer} />
          <Show when={running()}>
            <StopButton stop={() => chat.stop(props.sessionID ?? "")} />
          </Show>
          <IconButton
            type="submit"
            class="composer-send"
            label={noModel() ? "Send: there is no model to send to" : "Send"}
            shortcut="Enter"
            icon={<ArrowUp />}
            aria-disabled={!sendable()}
          />
        </div>
      </div>
    </form>
  )
}

function StopButton(props: { stop: () => Promise<void> }) {
  const [stopping, setStopping] = createSignal(false)
  const stop = async () => {
    setStopping(true)
    await props.stop().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : "Try again."
      notify({ kind: "danger", text: `The agent was not stopped. ${why}` })
    })
    setStopping(false)
  }
  return (
    <Button size="small" class="composer-stop" disabled={stopping()} onClick={() => void stop()}>
      <Square aria-hidden="true" /> Stop
    </Button>
  )
}

type PromptAreaProps = {
  session: string
  text: string
  onInput: (text: string) => void
  onSend: () => void
  describedBy: string | undefined
}

/** Grows with its text up to a part of the window (composer.css), then scrolls. */
function PromptArea(props: PromptAreaProps) {
  const [area, setArea] = createSignal<HTMLTextAreaElement>()
  createEffect(
    on([area, () => props.text], ([element]) => {
      if (!element) return
      element.style.height = "auto"
      element.style.height = `${element.scrollHeight}px`
    }),
  )
  // Opening a session is asking to write in it; on a phone that would raise the keyboard over what is to be read.
  createEffect(
    on([area, () => props.session], ([element]) => {
      if (element && !matchMedia?.("(pointer: coarse)").matches) element.focus({ preventScroll: true })
    }),
  )
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter picks a candidate. Safari ends composing before this event, with 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    props.onSend()
  }
  return (
    <textarea
      ref={setArea}
      class="composer-text"
      rows={1}
      aria-label="Prompt"
      aria-describedby={props.describedBy}
      placeholder="Ask the agent"
      enterkeyhint="send"
      value={props.text}
      onInput={(event) => props.onInput(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  )
}
