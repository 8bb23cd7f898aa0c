// A terminal in a sandbox, opened from the page as any page of Sandbar may: a pty, a ticket, a WebSocket.
import type { Page } from "playwright-core"
import { forwardPath, targetHeader } from "../../shared/paths.ts"
import { sandboxServerUrl } from "../../shared/servers.ts"

/** What the shell printed for this line. The terminal is gone afterwards: an open one keeps a sandbox awake. */
export async function inTerminal(page: Page, id: string, line: string): Promise<string> {
  const printed = await page.evaluate(runLine, {
    base: forwardPath,
    header: targetHeader,
    target: sandboxServerUrl(id),
    line,
  })
  return printed.replaceAll("\r\n", "\n")
}

/** Runs in the page: it knows nothing but what it is given. */
async function runLine(given: {
  base: string
  header: string
  target: string
  line: string
}): Promise<string> {
  const { base, header, target, line } = given
  const ask = async (path: string, method: string, body?: object) => {
    const headers = { "content-type": "application/json", [header]: target }
    const answer = await fetch(base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const pty = await ask("pty", "POST", {
    command: "/bin/sh",
    args: ["-c", `read start; ${line}; echo "--end"; read end`],
  })
  const path = `/pty/${pty.id}/connect?cursor=0`
  const { ticket } = await ask("ticket", "POST", { path })
  const url = new URL(`${base.slice(0, -1)}${path}`, document.baseURI)
  url.searchParams.set("target", target)
  url.searchParams.set("ticket", ticket)
  const socket = new WebSocket(url.href.replace(/^http/, "ws"))
  try {
    return await new Promise((resolve, reject) => {
      let printed = ""
      socket.onopen = () => socket.send("\n")
      socket.onclose = ({ code }) => reject(new Error(`closed with ${code} after: ${printed}`))
      socket.onmessage = ({ data }) => {
        if (typeof data === "string") printed += data
        if (/^--end/m.test(printed)) resolve(printed)
      }
    })
  } finally {
    socket.onclose = null
    socket.close()
    await ask(`pty/${pty.id}`, "DELETE")
  }
}
