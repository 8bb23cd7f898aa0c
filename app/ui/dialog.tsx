import * as Kobalte from "@kobalte/core/dialog"
import X from "lucide-solid/icons/x"
import { type JSX, type ParentProps, Show } from "solid-js"
import { createFocusReturn } from "./create-focus-return.ts"
import { IconButton } from "./icon-button.tsx"
import "./dialog.css"

export type DialogProps = ParentProps<{
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: JSX.Element
  /** A CSS length; the page's width is the limit. */
  width?: string
  class?: string
  /** Where the focus goes on opening; otherwise to the first control. */
  focusFirst?: (content: HTMLElement) => HTMLElement | null | undefined
  /** Where the focus goes on closing when the place it came from is gone. */
  focusAfter?: (() => HTMLElement | null | undefined) | undefined
  /** Prevent the event's default to keep the dialog open. */
  onEscape?: (event: KeyboardEvent) => void
}>

/** Modal. The focus stays inside and returns; Escape and a press outside close it. */
export function Dialog(props: DialogProps) {
  const leave = createFocusReturn(
    () => props.open,
    () => props.focusAfter?.(),
  )
  const enter = (event: Event) => {
    const target = event.target instanceof HTMLElement ? props.focusFirst?.(event.target) : undefined
    if (!target) return
    event.preventDefault()
    target.focus()
    // What is typed replaces the text that stands there.
    if (target instanceof HTMLInputElement) target.select()
  }
  return (
    <Kobalte.Root open={props.open} onOpenChange={props.onOpenChange} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-overlay" />
        <div class="dialog-place">
          <Kobalte.Content
            class={props.class ? `dialog ${props.class}` : "dialog"}
            style={props.width ? { "--dialog": props.width } : {}}
            onEscapeKeyDown={(event) => props.onEscape?.(event)}
            onOpenAutoFocus={enter}
            onCloseAutoFocus={leave}
          >
            <header class="dialog-head">
              <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
              <IconButton label="Close" icon={<X />} onClick={() => props.onOpenChange(false)} />
            </header>
            <Show when={props.description}>
              <Kobalte.Description class="dialog-description">{props.description}</Kobalte.Description>
            </Show>
            {props.children}
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}
