import * as Popover from "@kobalte/core/popover"
import ChevronDown from "lucide-solid/icons/chevron-down"
import { createSignal, type JSX } from "solid-js"
import { OptionList, type SelectOption } from "./option-list.tsx"
import "./select.css"

export type SelectProps = {
  /** The accessible name, and the tooltip. */
  label: string
  options: readonly SelectOption[]
  value: string | undefined
  onChange: (value: string) => void
  /** Stands in the button while nothing is chosen. */
  placeholder?: string
  icon?: JSX.Element
  disabled?: boolean
  class?: string
}

/** A choice out of a list; a long list can be searched. */
export function Select(props: SelectProps) {
  const [open, setOpen] = createSignal(false)
  const chosen = () => props.options.find((option) => option.value === props.value)
  const words = () => chosen()?.label ?? props.placeholder ?? "Choose"
  return (
    <Popover.Root open={open()} onOpenChange={setOpen} placement="bottom-start" gutter={4}>
      <Popover.Trigger
        class={props.class ? `select ${props.class}` : "select"}
        disabled={props.disabled ?? false}
        aria-label={`${props.label}: ${words()}`}
        data-tooltip={props.label}
      >
        {props.icon}
        <span class="select-value">{words()}</span>
        <ChevronDown class="select-mark" />
      </Popover.Trigger>
      <Popover.Portal>
        {/* Without the attribute, a modal dialog around the button hides the list from screen readers. */}
        <Popover.Content class="select-popover" aria-label={props.label} data-kb-top-layer="">
          <OptionList
            label={props.label}
            options={props.options}
            value={props.value}
            onChoose={(value) => {
              setOpen(false)
              if (value !== props.value) props.onChange(value)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
