import type { JSX } from "solid-js"
import { Button } from "./button.tsx"
import { Dialog } from "./dialog.tsx"

export type ConfirmDialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** The question, by name: "Delete session “Fix test”?" */
  title: string
  /** What will happen. */
  description: JSX.Element
  /** The verb: "Delete session". */
  confirm: string
  danger?: boolean
  onConfirm: () => void
  /** Where the focus goes when the place it came from is gone. */
  focusAfter?: () => HTMLElement | null | undefined
}

/** Asks before something that is hard to take back. The focus starts on the harmless answer. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  let cancel: HTMLButtonElement | undefined
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={props.title}
      description={props.description}
      width="400px"
      focusFirst={() => cancel}
      focusAfter={props.focusAfter}
    >
      <div class="dialog-actions">
        <Button ref={cancel} onClick={() => props.onOpenChange(false)}>
          Cancel
        </Button>
        <Button
          variant={props.danger ? "danger" : "primary"}
          onClick={() => {
            // First the deed, then the focus: what is deleted cannot take it back.
            props.onConfirm()
            props.onOpenChange(false)
          }}
        >
          {props.confirm}
        </Button>
      </div>
    </Dialog>
  )
}
