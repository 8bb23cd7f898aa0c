// What a person can do about the open server when it is a sandbox that sleeps, starts or failed.
import { A } from "@solidjs/router"
import { Match, Show, Switch } from "solid-js"
import { attempt } from "../sandboxes/sandbox-menu.ts"
import { sandboxPath } from "../sandboxes/sandbox-path.ts"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { Button } from "../ui/button.tsx"

export function SandboxRemedies(props: { id: string; size: "small" | "medium" }) {
  const sandboxes = useSandboxes()
  const sandbox = () => sandboxes?.find(props.id)
  const wake = () => sandboxes && attempt(sandboxes.wake(props.id))
  const isWaking = () => sandboxes?.isWaking(props.id) ?? false
  return (
    <Show when={sandbox()}>
      {(found) => (
        <Switch>
          <Match when={found().state === "stopped" && !isWaking()}>
            <Button size={props.size} variant="primary" onClick={wake}>
              Wake
            </Button>
          </Match>
          <Match when={found().state === "starting"}>
            <Page {...props} label="Show steps" />
          </Match>
          <Match when={found().state === "failed"}>
            <Page {...props} label="Show why" />
          </Match>
        </Switch>
      )}
    </Show>
  )
}

function Page(props: { id: string; size: "small" | "medium"; label: string }) {
  return (
    <A class="button" data-variant="plain" data-size={props.size} href={sandboxPath(props.id)}>
      {props.label}
    </A>
  )
}
