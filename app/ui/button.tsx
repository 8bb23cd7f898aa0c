import { type JSX, splitProps } from "solid-js"
import "./button.css"

export type ButtonVariant = "primary" | "plain" | "quiet" | "danger"

export type ButtonProps = JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
  variant?: ButtonVariant
  size?: "small" | "medium"
}

/** The label is a verb: "Add server", not "OK". */
export function Button(props: ButtonProps) {
  const [own, rest] = splitProps(props, ["variant", "size", "class"])
  return (
    <button
      type="button"
      {...rest}
      class={own.class ? `button ${own.class}` : "button"}
      data-variant={own.variant ?? "plain"}
      data-size={own.size ?? "medium"}
    />
  )
}
