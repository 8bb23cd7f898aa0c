import Square from "lucide-solid/icons/square"
import { createSignal } from "solid-js"
import { Button } from "../ui/button.tsx"
import { notify } from "../ui/notices.tsx"

export type Stopping = { busy: () => boolean; stop: () => Promise<void> }

/** Stopping the agent: once at a time, and a refusal is said. */
export function createStopping(stop: () => Promise<void>): Stopping {
  const [busy, setBusy] = createSignal(false)
  return {
    busy,
    async stop() {
      if (busy()) return
      setBusy(true)
      await stop().catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : "Try again."
        notify({ kind: "danger", text: `The agent was not stopped. ${why}` })
      })
      setBusy(false)
    },
  }
}

export type StopButtonProps = {
  stopping: Stopping
  /** Escape was pressed once: the next one stops. */
  armed?: boolean
  /** The button goes away when the agent has stopped; here the focus may be taken elsewhere. */
  onPressed?: () => void
}

export function StopButton(props: StopButtonProps) {
  return (
    <Button
      size="small"
      class="composer-stop"
      aria-label="Stop"
      data-tooltip="Stop the agent  Escape twice"
      disabled={props.stopping.busy()}
      onClick={() => {
        void props.stopping.stop()
        props.onPressed?.()
      }}
    >
      <Square aria-hidden="true" /> {props.armed ? "Escape again" : "Stop"}
    </Button>
  )
}
