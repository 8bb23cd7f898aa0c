import { lazy, Suspense } from "solid-js"
import "./markdown.css"
import type { MarkdownViewProps } from "./markdown-view.tsx"

const MarkdownView = lazy(async () => ({ default: (await import("./markdown-view.tsx")).MarkdownView }))

/** Text of the agent. Readable as plain text from the first moment, formatted as soon as the chunk is here. */
export function Markdown(props: MarkdownViewProps) {
  return (
    <div class="markdown">
      <Suspense fallback={<div class="markdown-plain">{props.text}</div>}>
        <MarkdownView text={props.text} done={props.done} />
      </Suspense>
    </div>
  )
}
