import { createEffect, createSignal, on, onCleanup } from "solid-js"

/** Between the two Escapes that stop the agent. */
const escapeTwiceMs = 1_000
/** A press that took the focus away still has to land on what it aimed at, before anything moves. */
const blurMs = 300

export type PromptAreaProps = {
  session: string
  text: string
  onInput: (text: string) => void
  onSend: () => void
  /** Called with true on the first Escape, with false when the second did not come. */
  onEscape: (armed: boolean) => void
  /** The second Escape within a second. */
  onEscapeTwice: () => void
  onFocused: (focused: boolean) => void
  describedBy: string | undefined
  /** Another page is about to take this one's place. */
  leaving: boolean
  /** Gives the way to put the focus here, where that does not raise a keyboard over what is to be read. */
  focusRef: (focus: () => void) => void
}

/** Grows with its text up to a part of the window (composer.css), then scrolls. */
export function PromptArea(props: PromptAreaProps) {
  const [area, setArea] = createSignal<HTMLTextAreaElement>()
  createEffect(
    on([area, () => props.text], ([element]) => {
      if (!element) return
      element.style.height = "auto"
      element.style.height = `${element.scrollHeight}px`
    }),
  )
  const focus = createFocus(area, () => props.leaving)
  props.focusRef(focus)
  // Opening a session is asking to write in it.
  createEffect(on([area, () => props.session], focus))
  const onEscape = createEscapeTwice(props)
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter picks a candidate and Escape drops it. Safari ends composing before
    // this event, with 229.
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === "Escape") onEscape()
    if (event.key !== "Enter" || event.shiftKey) return
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
      {...focusEvents(area, (focused) => props.onFocused(focused))}
    />
  )
}

/**
 * The way to put the focus here. What is typed after a press that leads elsewhere is not for here, however long the new
 * page takes; and what is inert takes no focus, so a page that is just arriving gets it once it has arrived.
 */
function createFocus(area: () => HTMLElement | undefined, leaving: () => boolean): () => void {
  let isDue = false
  const take = () => area()?.focus({ preventScroll: true })
  createEffect(
    on(leaving, (leaves) => {
      const element = area()
      if (leaves) {
        isDue = element !== undefined && document.activeElement === element
        // What is inert keeps the focus until the browser draws next.
        element?.blur()
      } else if (isDue) {
        // It led back to here, or it led here.
        isDue = false
        take()
      }
    }),
  )
  return () => {
    if (window.matchMedia?.("(pointer: coarse)").matches) return
    if (leaving()) isDue = true
    else take()
  }
}

/** One Escape may be meant for something else; two within a second are not an accident. */
function createEscapeTwice(props: Pick<PromptAreaProps, "onEscape" | "onEscapeTwice">): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const disarm = () => {
    clearTimeout(timer)
    timer = undefined
    props.onEscape(false)
  }
  onCleanup(() => clearTimeout(timer))
  return () => {
    if (timer !== undefined) {
      disarm()
      props.onEscapeTwice()
      return
    }
    timer = setTimeout(disarm, escapeTwiceMs)
    props.onEscape(true)
  }
}

function focusEvents(area: () => HTMLElement | undefined, onFocused: (focused: boolean) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  return {
    onFocus() {
      clearTimeout(timer)
      onFocused(true)
    },
    onBlur() {
      // Another window has the focus: whoever comes back goes on typing here.
      if (document.activeElement === area()) return
      timer = setTimeout(() => onFocused(false), blurMs)
    },
  }
}
