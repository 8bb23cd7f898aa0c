// What can be done to one sandbox, the same in the picker and on the page of sandboxes. Only what makes sense now.
import type { Sandbox } from "../../shared/sandboxes.ts"
import type { MenuItem } from "../ui/menu.tsx"
import { notify } from "../ui/notices.tsx"
import type { Sandboxes } from "./sandboxes-context.ts"

export function sandboxMenu(sandboxes: Sandboxes, sandbox: Sandbox, onDetails?: () => void): MenuItem[] {
  const { id, state } = sandbox
  const details = onDetails ? [{ label: "Details", onSelect: onDetails }] : []
  const rename = { label: "Rename", onSelect: () => sandboxes.ask({ kind: "rename", id }) }
  const remove = { label: "Delete", danger: true, onSelect: () => sandboxes.ask({ kind: "delete", id }) }
  const wake = (label: string) => ({ label, onSelect: () => attempt(sandboxes.wake(id)) })
  const stop = (label: string) => ({ label, onSelect: () => attempt(sandboxes.stop(id)) })
  switch (state) {
    case "starting": {
      const cancel = { label: "Cancel", onSelect: () => sandboxes.ask({ kind: "cancel", id }) }
      // Nothing of it is worth a decision: cancelling removes it.
      if (sandbox.isFresh) return [cancel, ...details, rename]
      return [stop("Stop starting"), ...details, rename, remove]
    }
    case "ready":
      return [stop("Stop"), ...keepAwakeItems(sandboxes, sandbox), ...details, rename, remove]
    case "stopped":
      return [wake("Wake"), ...details, rename, remove]
    case "failed": {
      const again = triesAgain(sandbox) ? [wake("Try again")] : []
      // What never ran is edited and spawned anew rather than renamed.
      return [...again, ...details, ...(sandbox.isFresh ? [] : [rename]), remove]
    }
    case "stopping":
      return [...details, rename, remove]
    case "deleting":
      return details
  }
}

/** Where the reason says that the same start could not go better, nobody is sent into it. */
function triesAgain({ failure }: Sandbox): boolean {
  return failure === null || failure.remedies.includes("retry")
}

function keepAwakeItems(sandboxes: Sandboxes, sandbox: Sandbox): MenuItem[] {
  const keep = (seconds: number) => () => attempt(keepAwake(sandboxes, sandbox, seconds))
  if (sandbox.keepAwakeUntil !== null && Date.parse(sandbox.keepAwakeUntil) > sandboxes.now())
    return [{ label: "Let it sleep when idle", onSelect: keep(0) }]
  // One that never sleeps needs nobody to keep it awake.
  if (sandbox.idleAt === null) return []
  return [
    { label: "Keep awake for 1 h", onSelect: keep(3_600) },
    { label: "Keep awake for 4 h", onSelect: keep(4 * 3_600) },
    { label: "Keep awake until tomorrow", onSelect: () => keep(secondsToMorning(new Date()))() },
  ]
}

export function keepAwake(sandboxes: Sandboxes, { id }: Sandbox, seconds: number): Promise<void> {
  return sandboxes.change(id, { keepAwakeSeconds: seconds })
}

/** Until nine o'clock of the next day, where the person is. */
export function secondsToMorning(now: Date): number {
  const morning = new Date(now)
  morning.setDate(now.getDate() + 1)
  morning.setHours(9, 0, 0, 0)
  return Math.round((morning.getTime() - now.getTime()) / 1_000)
}

/** For what has no place of its own to say what went wrong. */
export function attempt(action: Promise<unknown>): void {
  action.catch((error: unknown) => {
    if (!(error instanceof Error)) throw error
    notify({ kind: "warn", text: error.message })
  })
}
