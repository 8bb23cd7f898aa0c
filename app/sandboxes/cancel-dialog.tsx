import { useNavigate } from "@solidjs/router"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { createAnswer } from "./create-answer.ts"
import { Trouble } from "./dialog-parts.tsx"
import { newSandboxPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"
import { draftOf, makeSpawnDraft } from "./spawn-draft.ts"

/** Only for a fresh one. Where it was ready meanwhile, the proxy refuses, and says why. */
export function CancelDialog(props: { sandbox: Sandbox }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const { id, name } = props.sandbox
  const cancel = createAnswer(async () => {
    const draft = draftOf(props.sandbox)
    await sandboxes.remove(id, { data: "delete" })
    // Whoever cancels wants it otherwise, more often than not at all.
    makeSpawnDraft().set(draft)
    navigate(newSandboxPath, { replace: true })
  })
  let harmless: HTMLButtonElement | undefined
  return (
    <Dialog
      open
      onOpenChange={cancel.onOpenChange}
      title={`Cancel “${name}”?`}
      description="It stops starting, and what was made for it so far is removed."
      width="400px"
      focusFirst={() => harmless}
    >
      <div class="dialog-fields">
        <Trouble sentence={cancel.trouble()} />
      </div>
      <div class="dialog-actions">
        <Button ref={harmless} onClick={cancel.close}>
          Go on starting
        </Button>
        <Button variant="danger" disabled={cancel.busy()} onClick={() => void cancel.answer()}>
          Cancel and remove
        </Button>
      </div>
    </Dialog>
  )
}
