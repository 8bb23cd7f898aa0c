import { lazy, Suspense } from "solid-js"
import { arrived } from "../../base/arrived.ts"
import { notify } from "../../ui/notices.tsx"
import "./markdown.css"
import type { MarkdownViewProps } from "./markdown-view.tsx"

const MarkdownView = lazy(async () => {
  const part = await arrived(import("./markdown-view.tsx"))
  if (part) return { default: part.MarkdownView }
  notify({
    kind: "warn",
    text: "A part of this page did not arrive, so answers are shown as plain text. Reload the page when the connection is back.",
    action: { label: "Reload", run: () => location.reload() },
  })
  return { default: PlainText }
})

/** Text of the agent. Readable as plain text from the first moment, formatted as soon as the chunk is here. */
export function Markdown(props: MarkdownViewProps) {
  return (
    <div class="markdown">
      <Suspense fallback={<PlainText text={props.text} />}>
        <MarkdownView text={props.text} done={props.done} />
      </Suspense>
    </div>
  )
}

function PlainText(props: Pick<MarkdownViewProps, "text">) {
  return <div class="markdown-plain">{props.text}</div>
}
