import { createEffect, on, Show } from "solid-js"
import { createLog } from "./create-log.ts"
import { useSpawning } from "./sandboxes-context.ts"
import "./sandbox-log.css"

/** A reader who scrolled up stays where they are. */
const nearPx = 24

export function SandboxLog(props: { id: string; goesOn: boolean }) {
  const { requests } = useSpawning()
  const { lines, trouble } = createLog(props.id, requests.log, () => props.goesOn)
  let box: HTMLPreElement | undefined
  let follows = true
  createEffect(
    on(lines, () => {
      if (box && follows) box.scrollTop = box.scrollHeight
    }),
  )
  const onScroll = (event: Event & { currentTarget: HTMLElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
    follows = scrollHeight - clientHeight - scrollTop < nearPx
  }
  return (
    <div class="sandbox-log">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard */}
      <pre ref={box} role="log" aria-live="off" tabIndex={0} aria-label="Log" onScroll={onScroll}>
        <Show when={lines().length > 0} fallback={trouble() ?? "Nothing was logged yet."}>
          {lines().join("\n")}
        </Show>
      </pre>
    </div>
  )
}
