import type { PermissionRequest } from "@opencode-ai/sdk/v2/client"
import ShieldQuestion from "lucide-solid/icons/shield-question-mark"
import { createSignal, createUniqueId, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { DiffView } from "../ui/diff-view.tsx"
import { createAnswering } from "./answering.ts"
import { useAsks } from "./asks-context.tsx"
import { alwaysSentence, permissionWords } from "./permission-words.ts"

export function PermissionForm(props: { request: PermissionRequest }) {
  const asks = useAsks()
  const { busy, error, answer } = createAnswering()
  const [rejecting, setRejecting] = createSignal(false)
  const words = () => permissionWords(props.request)
  const always = () => alwaysSentence(props.request)
  const reply = (kind: "once" | "always") => void answer(() => asks.replyPermission(props.request.id, kind))
  return (
    <div class="permission-form">
      <h2 class="ask-title">
        <ShieldQuestion aria-hidden="true" />
        {words().title}
      </h2>
      <Show when={words().code}>
        <pre class="ask-code" tabindex="0">
          {words().code}
        </pre>
      </Show>
      <Show when={words().diff}>
        <div class="ask-diff">
          <DiffView diff={words().diff} nameOf={(path) => words().file || path} />
        </div>
      </Show>
      <Show
        when={rejecting()}
        fallback={
          <div class="ask-actions">
            <Button variant="primary" disabled={busy()} onClick={() => reply("once")}>
              Once
            </Button>
            <Show when={always()}>
              <Button disabled={busy()} aria-describedby="ask-always" onClick={() => reply("always")}>
                Always
              </Button>
            </Show>
            <Button disabled={busy()} onClick={() => setRejecting(true)}>
              Reject
            </Button>
            <span class="ask-hint" id="ask-always">
              {always()}
            </span>
          </div>
        }
      >
        <RejectForm
          busy={busy()}
          onBack={() => setRejecting(false)}
          onReject={(why) =>
            void answer(() => asks.replyPermission(props.request.id, "reject", why.trim() || undefined))
          }
        />
      </Show>
      <Show when={error()}>
        <p class="ask-error" role="alert">
          {error()}
        </p>
      </Show>
    </div>
  )
}

type RejectFormProps = { busy: boolean; onBack: () => void; onReject: (why: string) => void }

/** With a reason the agent goes on and minds it; without one the turn stops. */
function RejectForm(props: RejectFormProps) {
  const [why, setWhy] = createSignal("")
  const id = createUniqueId()
  return (
    <form
      class="reject-form"
      onSubmit={(event) => {
        event.preventDefault()
        props.onReject(why())
      }}
      onKeyDown={(event) => event.key === "Escape" && props.onBack()}
    >
      <label for={id}>Say why, and the agent goes on with that. Leave it empty to stop the turn.</label>
      <input
        id={id}
        class="ask-input"
        autocomplete="off"
        ref={(element) => queueMicrotask(() => element.focus())}
        value={why()}
        onInput={(event) => setWhy(event.currentTarget.value)}
      />
      <div class="ask-actions">
        <Button type="submit" variant="danger" disabled={props.busy}>
          {why().trim() === "" ? "Reject and stop" : "Reject with reason"}
        </Button>
        <Button disabled={props.busy} onClick={() => props.onBack()}>
          Back
        </Button>
      </div>
    </form>
  )
}
