import ChevronRight from "lucide-solid/icons/chevron-right"
import { createSignal, createUniqueId, type JSX, type ParentProps, Show } from "solid-js"
import "./disclosure.css"

export type DisclosureProps = ParentProps<{
  summary: JSX.Element
  /** Open at first; what the person does wins from then on. */
  open?: boolean
  class?: string
}>

/** A line that opens. The content is built when it opens, so folded things cost nothing. */
export function Disclosure(props: DisclosureProps) {
  const [chosen, setChosen] = createSignal<boolean>()
  const open = () => chosen() ?? props.open ?? false
  const id = createUniqueId()
  return (
    <div class={props.class ? `disclosure ${props.class}` : "disclosure"} data-open={open() ? "" : undefined}>
      <button
        type="button"
        class="disclosure-summary"
        aria-expanded={open()}
        aria-controls={open() ? id : undefined}
        onClick={() => setChosen(!open())}
      >
        <ChevronRight class="disclosure-mark" />
        {props.summary}
      </button>
      <Show when={open()}>
        <div id={id} class="disclosure-content">
          {props.children}
        </div>
      </Show>
    </div>
  )
}
