// nginx as people put it in front of a server with event streams and sockets: one worker, connections kept open,
// events passed on at once, nothing spooled to disk, an access log.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import type { Ports } from "./columns.ts"

export function findNginx(): string | undefined {
  return Bun.which("nginx", { PATH: `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin` }) ?? undefined
}

export type Nginx = { pid: number; ports: Ports; stop: () => Promise<void> }

export async function startNginx(targets: Ports, directory: string): Promise<Nginx> {
  const program = findNginx()
  if (program === undefined) throw new Error("nginx is not installed.")
  const ports = { pages: await findQuietPort(), events: await findQuietPort(), bytes: await findQuietPort() }
  const file = join(directory, "nginx.conf")
  writeFileSync(file, configuration(targets, ports, directory))
  const child = Bun.spawn([program, "-p", directory, "-c", file, "-e", join(directory, "error.log")], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  })
  const stop = async () => {
    child.kill("SIGTERM")
    await child.exited
  }
  while (!(await accepts(ports.bytes))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}.`)
    await Bun.sleep(20)
  }
  return { pid: child.pid, ports, stop }
}

function configuration(targets: Ports, ports: Ports, directory: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => {
    mkdirSync(join(directory, kind))
    return `${kind}_temp_path ${join(directory, kind)};`
  })
  const names = ["pages", "events", "bytes"] as const
  const blocks = names.map(
    (name) => `
  upstream ${name} { server 127.0.0.1:${targets[name]}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${ports[name]};
    location / { proxy_pass http://${name}; }
    location /events { proxy_pass http://${name}; proxy_buffering off; }
  }`,
  )
  return `
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${join(directory, "nginx.pid")};
events { worker_connections 20000; }
http {
  ${temporary.join("\n  ")}
  access_log ${join(directory, "access.log")} combined buffer=64k flush=1s;
  keepalive_requests 1000000;
  client_max_body_size 0;
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  proxy_http_version 1.1;
  proxy_set_header Host $host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_max_temp_file_size 0;
  proxy_request_buffering off;
  proxy_read_timeout 1h;
${blocks.join("\n")}
}
`
}

async function accepts(port: number): Promise<boolean> {
  const socket = { open: (open: Bun.Socket) => void open.end(), data: () => undefined }
  return Bun.connect({ hostname: "127.0.0.1", port, socket }).then(
    () => true,
    () => false,
  )
}
