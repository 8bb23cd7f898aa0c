// The least that a proxy on Bun can do, with no safeguard at all: `bare-forwarder.ts <target port>`.
import { argv } from "node:process"

const origin = `http://127.0.0.1:${argv[2]}`

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) =>
    fetch(origin + new URL(request.url).pathname, { decompress: false, proxy: false as never }),
})
process.stdout.write(`${server.port}\n`)
