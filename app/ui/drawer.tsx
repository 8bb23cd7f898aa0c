import * as Kobalte from "@kobalte/core/dialog"
import X from "lucide-solid/icons/x"
import type { ParentProps } from "solid-js"
import { createFocusReturn } from "./create-focus-return.ts"
import { IconButton } from "./icon-button.tsx"
import "./drawer.css"

export type DrawerProps = ParentProps<{
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What is in it; spoken, and shown at its top. */
  title: string
  /** The button that opens it gets the focus back, also where a tap did not focus it. */
  opener: () => HTMLElement | undefined
  /** A press on anything inside. */
  onClick?: (event: MouseEvent) => void
}>

/** A modal panel from the left, for what stands beside the page where there is room. */
export function Drawer(props: DrawerProps) {
  const leave = createFocusReturn(
    () => props.open,
    () => props.opener(),
  )
  return (
    <Kobalte.Root open={props.open} onOpenChange={props.onOpenChange} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="drawer-overlay" />
        <Kobalte.Content class="drawer" onCloseAutoFocus={leave} onClick={(event) => props.onClick?.(event)}>
          <header class="drawer-head">
            <Kobalte.Title class="drawer-title">{props.title}</Kobalte.Title>
            <IconButton label="Close" icon={<X />} onClick={() => props.onOpenChange(false)} />
          </header>
          <div class="drawer-body">{props.children}</div>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}
