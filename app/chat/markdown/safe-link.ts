// Where a link in the agent's text may lead. The agent repeats text of strangers, so its links are theirs.

const schemes = new Set(["http:", "https:", "mailto:"])

/**
 * The address as the browser will read it, or undefined when a click must not go there. Parsing instead of
 * matching: browsers skip tabs, newlines and control characters inside a scheme (`java\tscript:`).
 * Relative addresses are refused as well: they would lead into our own pages, or run our API as a GET.
 */
export function safeLink(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined
  const url = new URL(href)
  if (!schemes.has(url.protocol)) return undefined
  // https://bank.example@evil.example shows one host and goes to another.
  if (url.username || url.password) return undefined
  return url.href
}
