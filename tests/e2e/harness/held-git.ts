// A git server whose clones can be made to wait, so that a story sees a start in its middle.
import { makeGate } from "../../fakes/gate.ts"
import { type GitServer, startGitServer } from "../../sandbox-image/git-server.ts"

export interface HeldGit {
  readonly url: string
  /** Clones that begin from now on get no answer. Whoever lists branches does. */
  hold(): void
  /** They go on. */
  release(): void
  stop(): Promise<void>
}

export function startHeldGit(root: string): HeldGit {
  const git: GitServer = startGitServer({ root })
  const gate = makeGate()
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A clone is held for as long as the story needs.
    idleTimeout: 255,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const body = await request.arrayBuffer()
      if (isClone(request)) await gate.passed()
      const { method, headers } = request
      const answer = await fetch(git.url + pathname + search, {
        method,
        headers,
        ...(method === "POST" && { body }),
      })
      return new Response(answer.body, { status: answer.status, headers: answer.headers })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    hold: gate.hold,
    release: gate.release,
    async stop() {
      gate.release()
      await server.stop(true)
      await git.stop()
    },
  }
}

/** The git program; the proxy asks for branches under a name of its own. */
function isClone({ method, headers }: Request): boolean {
  return method === "POST" && /^git\/\d/.test(headers.get("user-agent") ?? "")
}
