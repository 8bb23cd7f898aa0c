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
}>

/** A modal panel from the left, for what stands beside the page where there is room. */
export function Drawer(props: DrawerProps) {
  const leave = createFocusReturn(() => props.open)
  return (
    <Kobalte.Root open={props.open} onOpenChange={props.onOpenChange} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="drawer-overlay" />
        <Kobalte.Content class="drawer" onCloseAutoFocus={leave}>
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
