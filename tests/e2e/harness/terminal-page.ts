// The smallest page with a real terminal, in the place of the app (terminal-socket.test.ts): a pty, a ticket, a
// socket, a screen. It knows nothing but what any page of Sandbar may know.
import { Terminal } from "@xterm/xterm"
import { forwardPath, targetHeader } from "../../../shared/paths.ts"

const target = "http://local"
const terminal = new Terminal({ cols: 80, rows: 24 })
terminal.open(document.getElementById("app") as HTMLElement)
terminal.focus()

const send = (path: string, method: string, body: unknown) =>
  fetch(`${forwardPath}${path}`, {
    method,
    headers: { "content-type": "application/json", [targetHeader]: target },
    body: JSON.stringify(body),
  }).then((answer) => answer.json())

async function socketUrl(path: string): Promise<string> {
  const { ticket } = await send("ticket", "POST", { path })
  const url = new URL(`${forwardPath.slice(0, -1)}${path}`, document.baseURI)
  url.searchParams.set("target", target)
  url.searchParams.set("ticket", ticket)
  return url.href.replace(/^http/, "ws")
}

const page = {
  createPty: async (): Promise<string> => (await send("pty", "POST", { command: "/bin/sh" })).id,
  /** Fulfilled when the replay is over, with where it ended. */
  async connect(id: string, cursor: number): Promise<number> {
    const socket = new WebSocket(await socketUrl(`/pty/${id}/connect?cursor=${cursor}`))
    socket.binaryType = "arraybuffer"
    terminal.onData((typed) => socket.send(typed))
    terminal.onResize((size) => void send(`pty/${id}`, "PUT", { size }))
    return new Promise((resolve, reject) => {
      socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`))
      socket.onmessage = ({ data }) => {
        if (typeof data === "string") terminal.write(data)
        else resolve(JSON.parse(new TextDecoder().decode(data.slice(1))).cursor)
      }
    })
  },
  resize: (cols: number, rows: number) => terminal.resize(cols, rows),
  socketUrl,
}
window.page = page

declare global {
  interface Window {
    page: TerminalPage
  }
}
export type TerminalPage = typeof page
