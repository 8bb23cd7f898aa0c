import Eye from "lucide-solid/icons/eye"
import EyeOff from "lucide-solid/icons/eye-off"
import { createSignal, Show, splitProps } from "solid-js"
import { IconButton } from "./icon-button.tsx"
import { TextField, type TextFieldProps } from "./text-field.tsx"

export type PasswordFieldProps = Omit<TextFieldProps, "type" | "end"> & {
  /** What stands there is from an earlier time: whoever sits here now may replace it, not read it. */
  sealed?: boolean
}

/** A password that can be shown while it is typed. */
export function PasswordField(props: PasswordFieldProps) {
  const [own, rest] = splitProps(props, ["sealed"])
  const [wanted, setWanted] = createSignal(false)
  const shown = () => wanted() && !own.sealed
  return (
    <TextField
      {...rest}
      type={shown() ? "text" : "password"}
      // Shown, it is a text like any other: spelling may be checked elsewhere, and phones begin it with a capital.
      spellcheck={false}
      autocapitalize="off"
      end={
        <Show when={!own.sealed}>
          <IconButton
            label="Show password"
            icon={shown() ? <EyeOff /> : <Eye />}
            aria-pressed={shown()}
            onClick={() => setWanted(!shown())}
          />
        </Show>
      }
    />
  )
}
