// What the agent wants to be allowed, in words. The metadata is the server's and differs by tool.
import type { PermissionRequest } from "@opencode-ai/sdk/v2/client"
import { lookUp } from "../base/bare-record.ts"
import { foldBlankLines, visibleLine, visibleText } from "../base/visible-text.ts"
import { changeTitle } from "./change-title.ts"

export type PermissionWords = {
  /** "The agent wants to run a command" */
  title: string
  /** Shown in a box: a command, an address. Nothing in it is invisible or out of order. */
  code: string
  /** A unified diff. */
  diff: string
  /** The one file it changes, as people write it; empty when it changes several. */
  file: string
}

const titles: Readonly<Record<string, string>> = {
  bash: "run a command",
  edit: "change a file",
  write: "change a file",
  read: "read a file",
  glob: "look for files",
  grep: "search in files",
  list: "list a directory",
  webfetch: "fetch a page",
  websearch: "search the web",
  task: "start a sub-agent",
  skill: "use a skill",
  external_directory: "leave the project directory",
  doom_loop: "repeat the same call once more",
}

export function permissionWords(request: PermissionRequest): PermissionWords {
  const { metadata, patterns, permission } = request
  const diff = text(metadata.diff)
  const file = text(metadata.filepath).includes(", ") ? "" : text(metadata.filepath)
  const address = text(metadata.url) || text(metadata.filepath) || text(metadata.filePath)
  // A diff says where it belongs; a command is shown whatever else is.
  const code = text(metadata.command) || (diff ? "" : address || patterns.join("\n"))
  return {
    title: visibleLine(`The agent wants to ${changeTitle(diff, file) ?? doingOf(permission)}`),
    code: foldBlankLines(visibleText(code)),
    diff,
    file: visibleLine(file),
  }
}

/** What "Always" would allow from now on; undefined when the server offers nothing to remember. */
export function alwaysSentence(request: PermissionRequest): string | undefined {
  if (request.always.length === 0) return undefined
  if (request.always.includes("*"))
    return visibleLine(
      `Always lets the agent ${doingOf(request.permission)} without asking, until the server restarts.`,
    )
  return visibleLine(`Always allows, until the server restarts: ${request.always.join(", ")}`)
}

function doingOf(permission: string): string {
  return lookUp(titles, permission) ?? `use ${permission}`
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
