import { Show } from "solid-js"
import { visibleText } from "../../base/visible-text.ts"
import { plainText } from "../plain-text.ts"
import "./output.css"

export type OutputProps = { text: string; command?: string; kind?: "error" }

/** Text of a program, as it is. Scrolls inside itself, so that a long one does not push the answer away. */
export function Output(props: OutputProps) {
  return (
    <Show when={props.text || props.command}>
      <pre class="output" data-kind={props.kind} tabindex="0">
        <Show when={props.command}>
          <span class="output-command">$ {visibleText(props.command ?? "")}</span>
          {"\n"}
        </Show>
        {plainText(props.text)}
      </pre>
    </Show>
  )
}
