// Servers that cannot be opened, each for one reason of its own, as real programs on real ports.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { findQuietPort } from "../../fakes/find-quiet-port.ts"
import { startRawTarget, startTarget } from "../../wire/start-target.ts"

export interface FailingServer {
  readonly why: string
  readonly url: string
  readonly allowed: boolean
  readonly password?: string
  /** What a person reads in the form and in the list. */
  readonly words: string | RegExp
  /** The page of the server says it too: waiting does not help. */
  readonly page?: string | RegExp
}

const pem = (name: string) => readFileSync(join(import.meta.dirname, "../../wire/tls", name), "utf8")
const html = { headers: { "content-type": "text/html" } }

export async function startFailingServers(
  defer: (stop: () => unknown) => void,
): Promise<readonly FailingServer[]> {
  const serve = (answer: (request: Request) => Response) => {
    const target = startTarget(answer)
    defer(target.stop)
    return target.origin
  }
  const silent = await startRawTarget(() => undefined)
  defer(silent.stop)
  const cut = await startRawTarget((socket) =>
    socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"),
  )
  defer(cut.stop)
  const secure = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: pem("localhost.pem"), key: pem("localhost-key.pem") },
    fetch: () => new Response(),
  })
  defer(() => secure.stop(true))
  const nobody = await findQuietPort()
  const next = (request: Request) =>
    new URL(request.url).pathname === "/api/health"
      ? Response.json({ healthy: true })
      : new Response("nothing here", { status: 404 })
  const wiki =
    "This is not an OpenCode server: it answered with a web page titled “Team wiki”. Check the port."

  return [
    {
      why: "not allowed",
      url: "http://sandbox.team-a:4096",
      allowed: false,
      words:
        "The server http://sandbox.team-a:4096 is not on the list of allowed servers; an administrator sets SANDBAR_ALLOWED_TARGETS.",
      page: /is not allowed here/,
    },
    {
      why: "unknown name",
      url: "http://no-such-name.invalid:4096",
      allowed: true,
      // A machine without a name server cannot know that the name does not exist.
      words: /The name no-such-name\.invalid (?:does not exist|could not be looked up)/,
    },
    {
      why: "nothing listens",
      url: `http://127.0.0.1:${nobody}`,
      allowed: true,
      words: `Nothing listens on port ${nobody} of 127.0.0.1. Start the server there.`,
    },
    {
      why: "no answer in time",
      url: silent.origin,
      allowed: true,
      words: /took the request but gave no whole answer within \d+ s\. Look at its log\./,
    },
    {
      why: "unknown authority",
      url: `https://localhost:${secure.port}`,
      allowed: true,
      words:
        "The certificate of localhost is signed by an unknown authority. An administrator adds it with NODE_EXTRA_CA_CERTS.",
    },
    {
      why: "a web page",
      url: serve(() => new Response("<title>Team wiki</title><h1>Welcome</h1>", html)),
      allowed: true,
      words: wiki,
      page: wiki,
    },
    {
      why: "OpenCode 2",
      url: serve(next),
      allowed: true,
      words: "OpenCode 2.0 is not supported yet. Use a server of version 1.",
      page: "OpenCode 2.0 is not supported yet. Use a server of version 1.",
    },
    {
      why: "an error",
      url: serve(() => new Response("out of order", { status: 500 })),
      allowed: true,
      words: "The server answers with an error (status 500). Look at its log.",
    },
    {
      why: "breaks off",
      url: cut.origin,
      allowed: true,
      words: /broke (?:its answer )?off in the middle|closed the connection before its answer was complete/,
    },
  ]
}
