// What a person can do about a server that does not let us in, or does not answer.
import { Match, Show, Switch } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { isLocked, isShut } from "../servers/server-health.ts"
import { Button } from "../ui/button.tsx"
import { SandboxRemedies } from "./sandbox-remedies.tsx"
import "./remedies.css"

export type RemediesProps = {
  size?: "small"
  onEdit: (form: PickerForm) => void
  /** Loads the page anew: a gateway asks people to sign in only then. */
  reload?: () => void
}

export function Remedies(props: RemediesProps) {
  const { server, link } = useConnection()
  const servers = useServers()
  const size = () => props.size ?? "medium"
  const retry = () => {
    link.retryNow()
    servers.probeNow(server.id)
  }
  // Its name may have changed since it was opened.
  const edit = (field: PickerForm["field"]) =>
    props.onEdit({ server: servers.find(server.id) ?? server, field })
  const health = () => servers.health(server.id)
  const isSandbox = () => servers.spawned?.row(server.id) !== undefined
  /** Its address may be what is wrong. */
  const misplaced = () => (link.state() === "refused" || isShut(health())) && health().kind !== "stopped"
  const reload = () => (props.reload ?? (() => location.reload()))()
  return (
    <div class="remedies">
      <Switch
        fallback={
          <Button size={size()} onClick={retry}>
            Retry now
          </Button>
        }
      >
        <Match when={isSandbox() && health().kind !== "healthy" && health().kind !== "signed-out"}>
          <SandboxRemedies id={server.id} size={size()} />
          <Show when={health().kind !== "stopped" && health().kind !== "starting"}>
            <Button size={size()} onClick={retry}>
              Retry now
            </Button>
          </Show>
        </Match>
        <Match when={health().kind === "signed-out"}>
          <Button size={size()} variant="primary" onClick={reload}>
            Reload page
          </Button>
        </Match>
        <Match when={isLocked(health())}>
          <Button size={size()} variant="primary" onClick={() => edit("password")}>
            Enter password
          </Button>
        </Match>
        <Match when={(misplaced() || health().kind === "failed") && !server.provided}>
          <Button size={size()} onClick={() => edit("address")}>
            Edit server
          </Button>
          <Button size={size()} onClick={retry}>
            Retry now
          </Button>
        </Match>
      </Switch>
    </div>
  )
}
