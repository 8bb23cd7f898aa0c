// What is wrong with the link, in a row of its own between the header and the page, with what can be done.
import { Show } from "solid-js"
import type { SandboxState } from "../../shared/sandboxes.ts"
import type { LinkState } from "../connection/connection.ts"
import { useConnection } from "../connection/connection-context.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { healthSentence } from "../servers/server-health.ts"
import { Remedies } from "./remedies.tsx"
import "./link-strip.css"

const sentences = {
  connecting: "Connecting to the server.",
  retrying: "The connection to the server broke off. Trying again.",
  offline: "The server cannot be reached. Trying again.",
  refused: "The server refused the connection.",
} as const satisfies Record<Exclude<LinkState, "live">, string>

export type LinkStripProps = {
  shown: LinkState | undefined
  /** The state of a sandbox that does not answer now. */
  resting?: SandboxState | undefined
  onEdit: (form: PickerForm) => void
}

export function LinkStrip(props: LinkStripProps) {
  const { server, link } = useConnection()
  const servers = useServers()
  const trouble = () => {
    if (props.resting) return "refused"
    return props.shown === "live" ? undefined : props.shown
  }
  // What the probe found is what the picker says too; while it finds nothing wrong, the link knows its own reason.
  const sentence = (state: Exclude<LinkState, "live">) =>
    healthSentence(servers.health(server.id)) ?? link.reason() ?? sentences[state]
  return (
    <div class="link-trouble" role="status">
      <Show when={trouble()}>
        {(state) => (
          <div class="link-strip" data-calm={props.resting && props.resting !== "failed" ? "" : undefined}>
            <span>{sentence(state())}</span>
            <Remedies size="small" onEdit={props.onEdit} />
          </div>
        )}
      </Show>
    </div>
  )
}
