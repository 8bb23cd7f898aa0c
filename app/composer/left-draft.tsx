import { Show } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { Button } from "../ui/button.tsx"
import { createDraft, makeDraftStore, newSession } from "./draft.ts"
import "./left-draft.css"

/** What was typed for a session that is gone: shown, and moved to a new one when the person says so. */
export function LeftDraft(props: { sessionID: string; onMoved: () => void }) {
  const draft = createDraft(makeDraftStore(useConnection().server.id), () => props.sessionID)
  const move = () => {
    // Kept there before it goes from here.
    draft.putBack(newSession, draft.text())
    draft.set("")
    props.onMoved()
  }
  return (
    <Show when={draft.text().trim() !== ""}>
      <section class="left-draft" aria-label="Your draft">
        <h2>You had typed this and not sent it</h2>
        <p class="left-draft-text">{draft.text()}</p>
        <Button onClick={move}>Use it in a new session</Button>
      </section>
    </Show>
  )
}
