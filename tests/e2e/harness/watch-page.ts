// What a person does not see and a story must not overlook: errors in the console, violations of the content
// security policy, requests to another origin.
import type { Page } from "playwright-core"

export interface Watch {
  /** Everything that went wrong so far, as sentences. */
  readonly faults: () => readonly string[]
  /** For stories that break something on purpose: matching faults are expected from here on. */
  expect(pattern: RegExp): void
}

export function watchPage(page: Page, origin: string): Watch {
  const seen: string[] = []
  const expected: RegExp[] = []
  const note = (fault: string) => {
    if (!expected.some((pattern) => pattern.test(fault))) seen.push(fault)
  }
  page.on("console", (message) => {
    // The browser itself reports every status over 399. About a server that is away, asks for a password or starts,
    // the app says it better; about anything else it is a fault.
    const { url } = message.location()
    if (/^Failed to load resource/.test(message.text()) && url.includes("/api/proxy/")) return
    // An interface of this machine came or went (a container, a VPN), which ends what the browser has under way.
    if (message.text() === "Failed to load resource: net::ERR_NETWORK_CHANGED") return
    // Violations of the content security policy arrive here too.
    if (message.type() === "error") note(`console error: ${message.text()} (${url})`)
  })
  page.on("pageerror", (error) => note(`uncaught: ${error.stack || `${error.name}: ${error.message}`}`))
  page.on("crash", () => note("the page crashed"))
  page.on("request", (request) => {
    const url = new URL(request.url())
    if (/^https?:$|^wss?:$/.test(url.protocol) && url.origin !== origin)
      note(`request to another origin: ${url.href}`)
  })
  return { faults: () => seen, expect: (pattern) => expected.push(pattern) }
}
