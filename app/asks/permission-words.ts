// What the agent wants to be allowed, in words. The metadata is the server's and differs by tool.
import type { PermissionRequest } from "@opencode-ai/sdk/v2/client"

export type PermissionWords = {
  /** "The agent wants to run a command" */
  title: string
  /** Shown as it is, in a box: a command, an address. */
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
  const written =
    text(metadata.command) || text(metadata.url) || text(metadata.filepath) || text(metadata.filePath)
  return {
    title: `The agent wants to ${titles[permission] ?? `use ${permission}`}`,
    code: diff ? "" : written || patterns.join("\n"),
    diff,
    file: text(metadata.filepath).includes(", ") ? "" : text(metadata.filepath),
  }
}

/** What "Always" would allow from now on; undefined when the server offers nothing to remember. */
export function alwaysSentence(request: PermissionRequest): string | undefined {
  if (request.always.length === 0) return undefined
  const kind = titles[request.permission] ?? `use ${request.permission}`
  if (request.always.includes("*"))
    return `Always lets the agent ${kind} without asking, until the server restarts.`
  return `Always allows, until the server restarts: ${request.always.join(", ")}`
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
