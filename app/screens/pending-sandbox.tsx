import { Show } from "solid-js"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { Skeleton } from "../ui/skeleton.tsx"
import { PlainPage } from "./plain-page.tsx"

/** Until the list of sandboxes is here, nobody knows what a link to one leads to. */
export function PendingSandbox() {
  const sandboxes = useSandboxes()
  const trouble = () => sandboxes?.trouble()
  return (
    <PlainPage title="Opening the sandbox">
      <Show when={trouble()} fallback={<Skeleton label="Loading the sandboxes" rows={2} />}>
        {(sentence) => <p class="plain-text">{sentence()} Trying again.</p>}
      </Show>
    </PlainPage>
  )
}
