// In place of the session while the server has never let us in: one sentence, and what to do.
import { useConnection } from "../connection/connection-context.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { healthSentence, type ServerHealth } from "../servers/server-health.ts"
import { EmptyState } from "../ui/empty.tsx"
import { Remedies } from "./remedies.tsx"
import "./shut-server.css"

export function ShutServer(props: { onEdit: (form: PickerForm) => void }) {
  const { server, link } = useConnection()
  const servers = useServers()
  const health = () => servers.health(server.id)
  const name = () => servers.find(server.id)?.name ?? server.name
  const text = () =>
    health().kind === "needs-password"
      ? "Its sessions open once you enter it."
      : (healthSentence(health()) ?? link.reason() ?? "The server refused the connection.")
  return (
    <div class="shut-server">
      <EmptyState title={title(health(), name())} text={text()} action={<Remedies onEdit={props.onEdit} />} />
    </div>
  )
}

function title({ kind }: ServerHealth, name: string): string {
  switch (kind) {
    case "needs-password":
      return `“${name}” needs a password`
    case "wrong-password":
      return `“${name}” refuses this password`
    case "stopped":
      return `“${name}” is asleep`
    case "starting":
      return `“${name}” is starting`
    case "forbidden":
      return `“${name}” is not allowed here`
    case "signed-out":
      return "You are signed out"
    default:
      return `“${name}” cannot be opened`
  }
}
