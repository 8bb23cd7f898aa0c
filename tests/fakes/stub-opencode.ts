// Programs that stand in for `opencode serve`: they listen and say that they are well, and start in no time.
import { writeFileSync } from "node:fs"
import { join } from "node:path"

/** `/env` answers its environment, `/print` writes to the log, `/tool` starts a tool in a session of its own, `/die` ends it with that status. */
const script = `
const port = Number(process.argv[process.argv.indexOf("--port") + 1])
const { OPENCODE_SERVER_USERNAME: name, OPENCODE_SERVER_PASSWORD: password } = process.env
const wanted = "Basic " + btoa(name + ":" + password)
Bun.serve({
  hostname: "127.0.0.1",
  port,
  fetch(request) {
    if (request.headers.get("authorization") !== wanted) return new Response("", { status: 401 })
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === "/global/health") return Response.json({ healthy: true, version: "1.0.0" })
    if (pathname === "/env") return Response.json({ ...process.env, cwd: process.cwd() })
    if (pathname === "/print") console.log(searchParams.get("text").repeat(searchParams.get("times") ?? 1))
    if (pathname === "/tool") Bun.spawn(["setsid", "sleep", "300"], { stdin: "ignore", stdout: "ignore" }).unref()
    if (pathname === "/die") process.exit(Number(searchParams.get("status")))
    return new Response("done")
  },
})
console.log("listening")
`

/** Writes it into a directory and gives its path. */
export function writeStubOpencode(directory: string): string {
  return writeProgram(directory, "stub-opencode", `#!${process.execPath}\n${script}`)
}

export function writeProgram(directory: string, name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o755 })
  return path
}
