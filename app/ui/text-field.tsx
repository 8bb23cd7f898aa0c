import { createUniqueId, type JSX, Show, splitProps } from "solid-js"
import "./text-field.css"

export type TextFieldProps = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "onInput" | "id"> & {
  label: string
  value: string
  onInput: (value: string) => void
  description?: JSX.Element
  /** What is wrong and what would be right, in one sentence. */
  error?: string | undefined
  /** The label is only spoken: a search field says what it is by its icon and placeholder. */
  labelHidden?: boolean
  mono?: boolean
  /** A control inside the field, at its end. */
  end?: JSX.Element
}

export function TextField(props: TextFieldProps) {
  const [own, rest] = splitProps(props, [
    "label",
    "value",
    "onInput",
    "description",
    "error",
    "labelHidden",
    "mono",
    "end",
    "class",
  ])
  const id = createUniqueId()
  const described = () =>
    [own.description ? `${id}-description` : "", own.error ? `${id}-error` : ""].filter(Boolean).join(" ")
  return (
    <div class={own.class ? `text-field ${own.class}` : "text-field"}>
      <label for={id} class={own.labelHidden ? "visually-hidden" : "text-field-label"}>
        {own.label}
      </label>
      <div class="text-field-box">
        <input
          type="text"
          autocomplete="off"
          {...rest}
          id={id}
          class="text-field-input"
          data-mono={own.mono ? "" : undefined}
          value={own.value}
          onInput={(event) => own.onInput(event.currentTarget.value)}
          aria-invalid={own.error ? true : undefined}
          aria-describedby={described() || undefined}
        />
        {own.end}
      </div>
      <Show when={own.description}>
        <div id={`${id}-description`} class="text-field-description">
          {own.description}
        </div>
      </Show>
      <Show when={own.error}>
        <div id={`${id}-error`} class="text-field-error">
          {own.error}
        </div>
      </Show>
    </div>
  )
}
