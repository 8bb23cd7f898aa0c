import * as Kobalte from "@kobalte/core/dropdown-menu"
import { For, type JSX } from "solid-js"
import "./menu.css"

export type MenuItem = {
  label: string
  icon?: JSX.Element
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
}

export type MenuProps = {
  /** The accessible name of the button, and its tooltip. */
  label: string
  /** What stands in the button: usually an icon. */
  trigger: JSX.Element
  items: readonly MenuItem[]
  /** The button's look; an icon button unless said otherwise. */
  class?: string
  onOpenChange?: (open: boolean) => void
}

export function Menu(props: MenuProps) {
  return (
    <Kobalte.Root
      modal={false}
      placement="bottom-end"
      gutter={4}
      {...(props.onOpenChange && { onOpenChange: props.onOpenChange })}
    >
      <Kobalte.Trigger
        class={props.class ?? "icon-button"}
        aria-label={props.label}
        data-tooltip={props.label}
      >
        {props.trigger}
      </Kobalte.Trigger>
      <Kobalte.Portal>
        {/* Without the attribute, a modal dialog around the button hides the menu from screen readers. */}
        <Kobalte.Content class="menu" data-kb-top-layer="">
          <For each={props.items}>
            {(item) => (
              <Kobalte.Item
                class="menu-item"
                data-danger={item.danger ? "" : undefined}
                disabled={item.disabled ?? false}
                onSelect={item.onSelect}
              >
                <span class="menu-icon" aria-hidden="true">
                  {item.icon}
                </span>
                {item.label}
              </Kobalte.Item>
            )}
          </For>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}
