// A few minutes before the open sandbox goes to sleep: that it will, and how to keep it awake.
import { Show } from "solid-js"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { attempt, keepAwake } from "./sandbox-menu.ts"
import { msUntil, roughTime } from "./sandbox-words.ts"
import { useSandboxes } from "./sandboxes-context.ts"
import "./idle-strip.css"

const mostWarnMs = 5 * 60_000
const warnOfEndMs = 10 * 60_000

export function IdleStrip(props: { id: string }) {
  const sandboxes = useSandboxes()
  const sandbox = () => sandboxes?.find(props.id)
  const warning = () => {
    const found = sandbox()
    return found && sandboxes ? idleWarning(found, sandboxes.now()) : undefined
  }
  const keep = (seconds: number) => {
    const found = sandbox()
    if (found && sandboxes) attempt(keepAwake(sandboxes, found, seconds))
  }
  return (
    <div role="status">
      <Show when={warning()}>
        {(now) => (
          <div class="idle-strip">
            <span>{now().sentence}</span>
            <Show when={now().canKeep}>
              <span class="idle-keep">
                <span aria-hidden="true">Keep awake for</span>
                <Button size="small" aria-label="Keep awake for 1 h" onClick={() => keep(3_600)}>
                  1 h
                </Button>
                <Button size="small" aria-label="Keep awake for 4 h" onClick={() => keep(4 * 3_600)}>
                  4 h
                </Button>
              </span>
            </Show>
          </div>
        )}
      </Show>
    </div>
  )
}

/** Undefined while there is time. Nothing keeps a sandbox awake past the end of its life. */
export function idleWarning(
  sandbox: Sandbox,
  now: number,
): { sentence: string; canKeep: boolean } | undefined {
  if (sandbox.state !== "ready") return undefined
  const ends = msUntil(sandbox.endsAt, now)
  if (ends !== undefined && ends <= warnOfEndMs)
    return {
      sentence: `Stops in ${roughTime(ends)}: it has run for as long as its template lets it. Its data is kept.`,
      canKeep: false,
    }
  const idle = msUntil(sandbox.idleAt, now)
  const keptAwake = msUntil(sandbox.keepAwakeUntil, now) ?? 0
  const warnMs = Math.min(mostWarnMs, idleAfterMs(sandbox) / 2)
  if (idle === undefined || idle > warnMs || keptAwake > warnMs) return undefined
  const left = Math.max(idle, keptAwake)
  const sentence = left > 0 ? `Sleeps in ${roughTime(left)}.` : "Sleeps as soon as nothing works in it."
  return { sentence, canKeep: true }
}

/** How long it may be idle, as far as the list says it: one with little time would be warned of from its start on. */
function idleAfterMs({ idleAt, lastActivityAt }: Sandbox): number {
  return idleAt === null ? 0 : Date.parse(idleAt) - Date.parse(lastActivityAt)
}
