import { type JSX, splitProps } from "solid-js"
import "./icon-button.css"

export type IconButtonProps = Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "children"> & {
  /** The accessible name, and the tooltip. */
  label: string
  icon: JSX.Element
  /** Shown in the tooltip, as people read it: "Ctrl+Shift+S". */
  shortcut?: string | undefined
}

export function IconButton(props: IconButtonProps) {
  const [own, rest] = splitProps(props, ["label", "icon", "shortcut", "class"])
  return (
    <button
      type="button"
      {...rest}
      class={own.class ? `icon-button ${own.class}` : "icon-button"}
      aria-label={own.label}
      data-tooltip={own.shortcut ? `${own.label}  ${own.shortcut}` : own.label}
    >
      {own.icon}
    </button>
  )
}
