// `/`: the default server, or how to get one.
import { Navigate, useNavigate } from "@solidjs/router"
import { Show } from "solid-js"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"
import { useServers } from "../servers/server-context.tsx"
import { ServerForm } from "../servers/server-form.tsx"
import { serverPath } from "../servers/server-path.ts"
import { Button } from "../ui/button.tsx"
import { PlainPage } from "./plain-page.tsx"

export function StartScreen() {
  const servers = useServers()
  const sandboxes = useSandboxes()
  return (
    <Show
      when={servers.default()}
      fallback={
        // Sandboxes are servers too, and their list takes a moment.
        <Show when={servers.spawned?.loaded() !== false || sandboxes?.trouble()}>
          <NoServer />
        </Show>
      }
    >
      {(server) => <Navigate href={serverPath(server().id)} />}
    </Show>
  )
}

function NoServer() {
  const servers = useServers()
  const navigate = useNavigate()
  const showHidden = () => {
    for (const server of servers.hidden()) servers.show(server.id)
  }
  return (
    <PlainPage title="Add your first server">
      <p class="plain-text">
        Sandbar opens OpenCode servers that this installation can reach.{" "}
        <Show when={servers.spawned}>Let it start one for you in a sandbox. Or start</Show>
        <Show when={!servers.spawned}>Start</Show> one with <code>opencode serve</code>, then type its address
        here.
      </p>
      <Show when={servers.hidden().length > 0}>
        <div class="plain-actions">
          <Button onClick={showHidden}>Show {servers.hidden().length} hidden</Button>
        </div>
      </Show>
      <Show when={servers.spawned}>
        {(spawned) => (
          <div class="plain-actions">
            <Button variant="primary" onClick={() => spawned().onNew()}>
              New sandbox
            </Button>
          </div>
        )}
      </Show>
      <div class="plain-card">
        <ServerForm onDone={(id) => navigate(serverPath(id))} />
      </div>
    </PlainPage>
  )
}
