import ArrowUp from "lucide-solid/icons/arrow-up"
import { createEffect, createSignal, createUniqueId, onCleanup, Show } from "solid-js"
import { useChat } from "../chat/chat-context.tsx"
import { WaitingPrompts } from "../chat/waiting-prompt.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { notify } from "../ui/notices.tsx"
import { createChoice, promptChoice } from "./choice.ts"
import { ChoiceBar } from "./choice-bar.tsx"
import "./composer.css"
import { createDraft, makeDraftStore, newSession } from "./draft.ts"
import { NoModel } from "./no-model.tsx"
import { createOffer } from "./offer-resource.ts"
import { PromptArea } from "./prompt-area.tsx"
import { createSending } from "./sending.ts"
import { createStopping, StopButton } from "./stop-button.tsx"

export type ComposerProps = {
  /** Left out for a session that the first prompt will start. */
  sessionID?: string | undefined
  /** After the first prompt was taken. */
  onStarted?: (sessionID: string) => void
  /** Somebody is writing in it, or a prompt was refused: it must not go away now. */
  onInUse?: (inUse: boolean) => void
  /** Gives the way to put the focus into the prompt. */
  focusRef?: (focus: () => void) => void
  /** The server does not run now, so no turn does: what is sent waits until it runs. */
  resting?: boolean
  /** Another page is about to take this one's place: nothing is typed or sent here any more. */
  leaving?: boolean
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
  const [focused, setFocused] = createSignal(false)
  const [armed, setArmed] = createSignal(false)
  // While nothing reaches the server, what waits is all that a stop can do something about.
  const held = () => !chat.live() && sending.waiting().length > 0
  const stopping = createStopping(async () => (held() ? takeBack() : chat.stop(props.sessionID ?? "")))
  const takeBack = () => {
    sending.cancel()
    // One that may have arrived stays where it is, and says so itself.
    const back = sending.waiting().length === 0 ? " What waited to be sent is in the prompt again." : ""
    notify({ text: `Not connected: nothing was stopped on the server.${back}` })
  }
  let focusPrompt: (() => void) | undefined

  // What merely waits has a Cancel of its own.
  const running = () =>
    props.resting !== true &&
    props.sessionID !== undefined &&
    (chat.state.status[props.sessionID]?.type ?? "idle") !== "idle"
  const noModel = () => offer.state() === "ready" && offer.value()?.models.length === 0
  const sendable = () => draft.text().trim() !== "" && !noModel()
  const send = () => {
    if (sendable()) sending.send(promptChoice(choice, offer.value()))
  }
  createEffect(() =>
    props.onInUse?.((focused() && draft.text().trim() !== "") || sending.error() !== undefined),
  )
  onCleanup(() => props.onInUse?.(false))
  return (
    <form
      class="composer"
      aria-label="Prompt"
      inert={props.leaving ?? false}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Show when={noModel()}>
        <NoModel onRetry={offer.retry} />
      </Show>
      <Show when={props.sessionID === undefined}>
        <WaitingPrompts entries={sending.waiting()} />
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
          onEscape={(first) => setArmed(first && running())}
          onEscapeTwice={() => running() && void stopping.stop()}
          onFocused={setFocused}
          leaving={props.leaving ?? false}
          describedBy={sending.error() ? hint : undefined}
          focusRef={(focus) => {
            focusPrompt = focus
            props.focusRef?.(focus)
          }}
        />
        <p class="visually-hidden" role="status">
          {armed() && running() ? "Press Escape again to stop the agent." : ""}
        </p>
        <div class="composer-bar">
          <ChoiceBar choice={choice} offer={offer} />
          <Show when={running()}>
            <StopButton stopping={stopping} armed={armed()} onPressed={() => focusPrompt?.()} />
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
