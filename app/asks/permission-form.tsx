import type { PermissionRequest } from "@opencode-ai/sdk/v2/client"
import ShieldQuestion from "lucide-solid/icons/shield-question-mark"
import { createSignal, createUniqueId, Show } from "solid-js"
import { shortPath } from "../base/short-path.ts"
import { Button } from "../ui/button.tsx"
import { DiffView } from "../ui/diff-view.tsx"
import { createAnswering } from "./answering.ts"
import { AskCode } from "./ask-code.tsx"
import { useAsks } from "./asks-context.tsx"
import { alwaysSentence, permissionWords } from "./permission-words.ts"

export function PermissionForm(props: { request: PermissionRequest; directory: string }) {
  const asks = useAsks()
  const { busy, error, answer } = createAnswering()
  const [rejecting, setRejecting] = createSignal(false)
  // Nobody allows what they could not see.
  const [unseen, setUnseen] = createSignal(false)
  const moreID = createUniqueId()
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
        <AskCode code={words().code} hintID={moreID} onUnseen={setUnseen} />
      </Show>
      <Show when={words().diff}>
        <div class="ask-diff">
          <DiffView diff={words().diff} nameOf={(path) => shortPath(words().file || path, props.directory)} />
        </div>
      </Show>
      <Show
        when={rejecting()}
        fallback={
          <div class="ask-actions">
            <Button
              variant="primary"
              disabled={busy() || unseen()}
              aria-describedby={unseen() ? moreID : undefined}
              onClick={() => reply("once")}
            >
              Once
            </Button>
            <Show when={always()}>
              <Button
                disabled={busy() || unseen()}
                aria-describedby="ask-always"
                onClick={() => reply("always")}
              >
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
