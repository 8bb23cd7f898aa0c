// `/sandboxes`: all of them, and what deleted ones left behind.
import { Show } from "solid-js"
import { SandboxList } from "../sandboxes/sandbox-list.tsx"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { NotFound } from "./not-found.tsx"
import { PlainPage } from "./plain-page.tsx"

export function SandboxesScreen() {
  return (
    <Show when={useSandboxes()} fallback={<NotFound />}>
      <PlainPage title="Sandboxes">
        <SandboxList />
      </PlainPage>
    </Show>
  )
}
