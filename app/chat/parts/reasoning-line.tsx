import type { ReasoningPart } from "@opencode-ai/sdk/v2/client"
import { Show } from "solid-js"
import { Disclosure } from "../../ui/disclosure.tsx"
import { duration } from "../format.ts"
import { GrowingText } from "./growing-text.tsx"
import "./reasoning-line.css"

export function ReasoningLine(props: { part: ReasoningPart; working: boolean }) {
  const ended = () => props.part.time.end
  const title = () => {
    const end = ended()
    if (end !== undefined) return `Thought for ${duration(end - props.part.time.start)}`
    return props.working ? "Thinking" : "Thought"
  }
  // Some providers keep their reasoning to themselves and send empty parts.
  return (
    <Show when={props.part.text.trim() !== "" || (props.working && ended() === undefined)}>
      <Disclosure
        class="reasoning-line"
        summary={<span classList={{ working: props.working && ended() === undefined }}>{title()}</span>}
      >
        <GrowingText text={props.part.text} done={ended() !== undefined || !props.working} />
      </Disclosure>
    </Show>
  )
}
