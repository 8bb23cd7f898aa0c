// `/sandbox/<id>`: how one sandbox starts, or what it is.
import { A, useNavigate, useParams } from "@solidjs/router"
import { Match, Show, Switch } from "solid-js"
import { sandboxesListPath } from "../sandboxes/sandbox-path.ts"
import { SandboxView } from "../sandboxes/sandbox-view.tsx"
import { type Sandboxes, useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { serverPath } from "../servers/server-path.ts"
import { Skeleton } from "../ui/skeleton.tsx"
import { NotFound } from "./not-found.tsx"
import { PlainPage } from "./plain-page.tsx"

export function SandboxScreen() {
  const params = useParams()
  return (
    <Show when={useSandboxes()} fallback={<NotFound />}>
      {(sandboxes) => (
        <Show when={params.sandbox} keyed>
          {(id) => <OneSandbox id={id} sandboxes={sandboxes()} />}
        </Show>
      )}
    </Show>
  )
}

function OneSandbox(props: { id: string; sandboxes: Sandboxes }) {
  const navigate = useNavigate()
  const sandbox = () => props.sandboxes.find(props.id)
  const title = () => sandbox()?.name ?? (props.sandboxes.loaded() ? "There is no such sandbox" : "Sandbox")
  return (
    <PlainPage title={title()}>
      <p class="plain-text">
        <A class="text-link" href={sandboxesListPath}>
          All sandboxes
        </A>
      </p>
      <Switch>
        <Match when={sandbox()}>
          {(found) => <SandboxView sandbox={found()} onOpen={() => navigate(serverPath(props.id))} />}
        </Match>
        <Match when={props.sandboxes.loaded()}>
          <p class="plain-text">It was deleted, or it is somebody else’s: you have no sandbox of that id.</p>
        </Match>
        <Match when={props.sandboxes.trouble()}>{(sentence) => <p class="plain-text">{sentence()}</p>}</Match>
        <Match when={true}>
          <Skeleton label="Loading the sandbox" rows={5} />
        </Match>
      </Switch>
    </PlainPage>
  )
}
