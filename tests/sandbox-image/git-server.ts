// A git server on 127.0.0.1: git's own HTTP program behind Bun's. It wants a password where it has one, and it can
// send its visitors elsewhere.
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { testCertificate, testKey } from "../wire/test-certificate.ts"

export interface GitServer {
  readonly url: string
  /** `METHOD /path` and who asked, for each request. */
  readonly requests: readonly { readonly line: string; readonly authorization: string | null }[]
  stop(): Promise<void>
}

export interface GitServerOptions {
  /** The directory whose repositories it serves. */
  readonly root: string
  /** `name:password`, asked for as HTTP does. */
  readonly login?: string
  /** Where every request is sent instead. */
  readonly redirect?: string
  readonly hostname?: string
  /** https://localhost, with the certificate of the tests. */
  readonly tls?: boolean
}

export function startGitServer(options: GitServerOptions): GitServer {
  const { root, login, redirect, hostname = "127.0.0.1", tls = false } = options
  const requests: { line: string; authorization: string | null }[] = []
  const server = Bun.serve({
    hostname,
    port: 0,
    ...(tls && { tls: { cert: testCertificate, key: testKey } }),
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      const authorization = request.headers.get("authorization")
      requests.push({ line: `${request.method} ${pathname}`, authorization })
      if (redirect !== undefined) return Response.redirect(redirect + pathname + search, 302)
      if (login !== undefined && authorization !== `Basic ${btoa(login)}`)
        return new Response("", { status: 401, headers: { "www-authenticate": 'Basic realm="git"' } })
      return askGit(root, request)
    },
  })
  const url = tls ? `https://localhost:${server.port}` : `http://${hostname}:${server.port}`
  return { url, requests, stop: () => server.stop(true) }
}

async function askGit(root: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const child = Bun.spawn(["git", "http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      HTTP_GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    },
    stdin: Buffer.from(await request.arrayBuffer()),
    stdout: "pipe",
    stderr: "ignore",
  })
  const answer = Buffer.from(await new Response(child.stdout).arrayBuffer())
  const end = answer.indexOf("\r\n\r\n")
  const headers = new Headers()
  for (const line of answer.subarray(0, end).toString().split("\r\n")) {
    const colon = line.indexOf(":")
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const status = Number((headers.get("status") ?? "200").slice(0, 3))
  return new Response(answer.subarray(end + 4), { status, headers })
}

/** A bare repository with `commits` commits on `main`, a branch `feature/other` and a README.md on each. */
export function makeRepository(root: string, name: string, commits = 3): void {
  const bare = join(root, name)
  const work = `${bare}.work`
  mkdirSync(dirname(bare), { recursive: true })
  git(["init", "--quiet", "--initial-branch=main", work])
  for (let index = 1; index <= commits; index++) commit(work, `text ${index}`)
  git(["-C", work, "checkout", "--quiet", "-b", "feature/other"])
  commit(work, "on the other branch")
  git(["-C", work, "checkout", "--quiet", "main"])
  git(["clone", "--quiet", "--bare", work, bare])
}

function commit(work: string, text: string): void {
  Bun.spawnSync(["sh", "-c", 'echo "$1" > "$2/README.md"', "sh", text, work])
  git(["-C", work, "add", "."])
  git(["-C", work, "commit", "--quiet", "-m", text])
}

function git(args: readonly string[]): void {
  const author = { NAME: "Test", EMAIL: "test@example.com" }
  const people = Object.entries(author).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ])
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", ...Object.fromEntries(people) }
  const { exitCode, stderr } = Bun.spawnSync(["git", ...args], { env })
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`)
}
