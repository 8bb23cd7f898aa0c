import type { FilePart } from "@opencode-ai/sdk/v2/client"
import FileText from "lucide-solid/icons/file-text"
import "./file-chip.css"

/** A file that came with a message, by name. Its content is never fetched from elsewhere. */
export function FileChip(props: { part: FilePart }) {
  const name = () => props.part.filename ?? props.part.url.split("/").at(-1) ?? props.part.mime
  return (
    <span class="file-chip" title={props.part.mime}>
      <FileText aria-hidden="true" />
      <span class="file-chip-name">{name().slice(0, 200)}</span>
    </span>
  )
}
