import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import { createMemo, Show } from "solid-js"
import { Dynamic } from "solid-js/web"
import { Disclosure } from "../../ui/disclosure.tsx"
import { duration } from "../format.ts"
import { useTimeline } from "../timeline-context.ts"
import { outcomeOf } from "../tool-outcome.ts"
import { toolWords } from "../tool-words.ts"
import { ToolBody } from "./tool-body.tsx"
import { toolIcon } from "./tool-icon.ts"
import "./tool-line.css"

/** One call in one line; it opens to input and output, and by itself when the call failed. */
export function ToolLine(props: { part: ToolPart }) {
  const failed = () => outcomeOf(props.part, false).kind === "failed"
  return (
    <Disclosure class="tool-line" open={failed()} summary={<ToolSummary part={props.part} />}>
      <ToolBody part={props.part} />
    </Disclosure>
  )
}

function ToolSummary(props: { part: ToolPart }) {
  const place = useTimeline()
  const words = () => toolWords(props.part, place.directory())
  const outcome = createMemo(() => outcomeOf(props.part, place.waitsFor(props.part)))
  const underWay = () => outcome().kind === "running" || outcome().kind === "waiting"
  return (
    <span class="tool-summary" data-outcome={outcome().kind}>
      <Dynamic component={toolIcon(props.part.tool)} />
      <span class="tool-verb">{words().verb}</span>
      <span class="tool-object" data-code={words().code ? "" : undefined}>
        {words().object}
      </span>
      <Show
        when={underWay()}
        fallback={
          <>
            <span class="tool-result">{outcome().word || words().result}</span>
            <span class="tool-time">{timeOf(props.part)}</span>
          </>
        }
      >
        <span class="tool-time" classList={{ working: outcome().kind === "running" }}>
          {outcome().word}
        </span>
      </Show>
    </span>
  )
}

function timeOf(part: ToolPart): string {
  if (part.state.status !== "completed" && part.state.status !== "error") return ""
  const ms = part.state.time.end - part.state.time.start
  // What took no time is not worth a number.
  return ms < 100 ? "" : duration(ms)
}
