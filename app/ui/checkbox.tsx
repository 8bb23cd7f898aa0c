import { createUniqueId, type JSX, Show } from "solid-js"
import "./checkbox.css"

export type CheckboxProps = {
  label: string
  description?: JSX.Element
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
}

export function Checkbox(props: CheckboxProps) {
  const id = createUniqueId()
  return (
    <div class="checkbox">
      <input
        type="checkbox"
        id={id}
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.description ? `${id}-description` : undefined}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      <Show when={props.description}>
        <div id={`${id}-description`} class="checkbox-description">
          {props.description}
        </div>
      </Show>
    </div>
  )
}
