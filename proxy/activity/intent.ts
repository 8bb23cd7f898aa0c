// Which traffic is a person acting. Open tabs poll, reconnect and listen all night; a notebook that nobody uses
// has to look idle all the same.

/** Reads that follow a click or a keystroke: opening a file, searching. */
const readByHand = /^\/(?:file\/content|find|api\/fs\/(?:read|find))(?:[/?]|$)/

/** Writes that programs make by themselves; any other write counts, also one that we have not met. */
const writtenByPrograms: readonly RegExp[] = [
  // A page's own log lines.
  /^POST \/log$/,
  // A tab that changes its size, or connects again.
  /^PUT (?:\/api)?\/pty\/[^/]+$/,
  /^POST (?:\/api)?\/pty\/[^/]+\/connect-token$/,
  // Servers that keep each other's sessions in step, and editors that steer a terminal UI.
  /^POST \/sync\//,
  /^POST \/tui\//,
  /^POST \/experimental\/.+\/(?:sync-list|copy\/refresh)$/,
  // A program that waits for the end of a turn; an agent that asks for a permission.
  /^POST \/api\/session\/[^/]+\/(?:wait|permission)$/,
]

const reads = new Set(["GET", "HEAD", "OPTIONS"])

/** `path` may carry a query. Runs for every forwarded request. */
export function isByHand(method: string, path: string): boolean {
  if (reads.has(method)) return method === "GET" && readByHand.test(path)
  const query = path.indexOf("?")
  const operation = `${method} ${query < 0 ? path : path.slice(0, query)}`
  return !writtenByPrograms.some((pattern) => pattern.test(operation))
}

const longestReport = 4_096
/**
 * What a terminal answers when a program asks it something: its kind, its size, the cursor, a colour, the focus.
 * Programs ask for as long as they run, and no person types that.
 */
const reports =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  /^(?:\x1b\[[?>=]?[\d;]*\$?[cnRty]|\x1b\[(?:\?\d+u|[IO])|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\))+$/

/** Whether a message from the browser to a terminal was typed. */
export function isTyped(message: string | Uint8Array): boolean {
  // No terminal reports that much, and reading it all would be somebody's way to stop us.
  if (message.length > longestReport) return true
  const text = typeof message === "string" ? message : new TextDecoder().decode(message)
  return text !== "" && !(text.startsWith("\x1b") && reports.test(text))
}
