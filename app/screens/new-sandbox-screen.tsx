// `/new`: what a sandbox is made of.
import { A, useNavigate } from "@solidjs/router"
import { Show } from "solid-js"
import { sandboxesListPath, sandboxPath } from "../sandboxes/sandbox-path.ts"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { SpawnForm } from "../sandboxes/spawn-form.tsx"
import { serverPath } from "../servers/server-path.ts"
import { NotFound } from "./not-found.tsx"
import { PlainPage } from "./plain-page.tsx"

export function NewSandboxScreen() {
  const navigate = useNavigate()
  const sandboxes = useSandboxes()
  const keepsData = () => (sandboxes?.data().length ?? 0) > 0
  return (
    <Show when={sandboxes} fallback={<NotFound />}>
      <PlainPage title="New sandbox">
        <p class="plain-text">
          An OpenCode server of your own, started for you.{" "}
          <A class="text-link" href={sandboxesListPath}>
            {keepsData() ? "All sandboxes and kept data" : "All sandboxes"}
          </A>
        </p>
        <SpawnForm
          onSpawned={({ id, state }) => navigate(state === "ready" ? serverPath(id) : sandboxPath(id))}
        />
      </PlainPage>
    </Show>
  )
}
