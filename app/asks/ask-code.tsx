import ArrowDown from "lucide-solid/icons/arrow-down"
import { createEffect, createSignal, Show } from "solid-js"
import { createUnread } from "./create-unread.ts"

export type AskCodeProps = {
  code: string
  /** Describes what has to wait until the person has seen the end. */
  hintID: string
  /** Whether some of it has never been in sight. */
  onUnseen: (unseen: boolean) => void
}

/** What the agent wants to run. A long one scrolls, and says how much of it is still out of sight. */
export function AskCode(props: AskCodeProps) {
  const unread = createUnread(() => props.code)
  const [long, setLong] = createSignal(false)
  createEffect(() => props.onUnseen(unread.unseen()))
  createEffect(() => unread.below() > 0 && setLong(true))
  return (
    <div class="ask-code-frame">
      <pre class="ask-code" tabindex="0" ref={unread.box}>
        {props.code}
      </pre>
      {/* Once it stands it stays: what is below it must not move under a finger. */}
      <Show when={long()}>
        <button
          type="button"
          class="ask-more"
          id={props.hintID}
          aria-live="off"
          disabled={unread.below() === 0}
          onClick={unread.readOn}
        >
          <Show when={unread.below() > 0} fallback="This is the end.">
            <ArrowDown aria-hidden="true" />
            {unread.below() === 1 ? "1 more line" : `${unread.below()} more lines`}
            {unread.unseen() ? ": read on before you allow it" : ""}
          </Show>
        </button>
      </Show>
    </div>
  )
}
