// The real nginx with a server block of ours, in a directory of its own: no root, no path outside it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findQuietPort } from "../fakes/find-quiet-port.ts"

/** Undefined where nginx is not installed. */
export function findNginx(): string | undefined {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`
  return Bun.which("nginx", { PATH: path }) ?? undefined
}

export type TestNginx = { url: string; port: number; accessLog: () => string; stop: () => Promise<void> }

/** `conf` belongs into the http block. The port that it listens on is replaced by a free one. */
export async function startNginx(program: string, conf: string): Promise<TestNginx> {
  const root = mkdtempSync(join(tmpdir(), "sandbar-nginx-"))
  const port = await findQuietPort()
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => {
    mkdirSync(join(root, kind))
    return `${kind}_temp_path ${join(root, kind)};`
  })
  const accessLog = join(root, "access.log")
  const ours = conf
    .replace(/^(\s*listen) \d+;/m, `$1 127.0.0.1:${port};`)
    .replace(/access_log \S+/, `access_log ${accessLog}`)
  const main = [
    // In one process and in the foreground: what is started here is what is stopped here.
    "daemon off; master_process off;",
    `pid ${join(root, "nginx.pid")}; error_log stderr warn;`,
    "events { worker_connections 256; }",
    `http { ${temporary.join(" ")}\n${ours}\n}`,
  ]
  const file = join(root, "nginx.conf")
  writeFileSync(file, main.join("\n"))
  const child = Bun.spawn([program, "-p", root, "-c", file, "-e", "stderr"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  })
  const complaints = new Response(child.stderr).text()
  const stop = async () => {
    child.kill("SIGTERM")
    await child.exited
    rmSync(root, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${await complaints}`)
    await Bun.sleep(20)
  }
  const readLog = () => (existsSync(accessLog) ? readFileSync(accessLog, "utf8") : "")
  return { url, port, accessLog: readLog, stop }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}
