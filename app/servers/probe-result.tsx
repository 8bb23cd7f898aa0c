import { Show } from "solid-js"
import { Dot } from "../ui/dot.tsx"
import { healthDot, healthWords, type ServerHealth } from "./server-health.ts"

/** The result of the live test, in a line of fixed size so that the form does not jump. */
export function ProbeResult(props: { health: ServerHealth | undefined }) {
  return (
    <div class="probe-result" role="status">
      <Show when={props.health} fallback="The address is tested while you type.">
        {(health) => (
          <>
            <Dot kind={healthDot(health())} label={healthWords(health())} />
            <span>{sentence(health())}</span>
          </>
        )}
      </Show>
    </div>
  )
}

function sentence(health: ServerHealth): string {
  switch (health.kind) {
    case "checking":
      return "Testing the connection."
    case "healthy":
      return `OpenCode ${health.version} answers in ${health.latencyMs} ms.`
    case "needs-password":
      return "This server needs a password."
    case "wrong-password":
      return "The server refuses this user name or password."
    case "starting":
      return health.reason
    default:
      return `${health.reason} You can save it anyway.`
  }
}
