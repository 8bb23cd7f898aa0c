// One of the proxy libraries for Node, set up the way its documentation says: `node-library.mjs <name> <ports…>`.
// Prints the ports that lead to the ports that were named. SIGUSR2 collects garbage (`--expose-gc`).
import { Agent, createServer } from "node:http"

const [name, ...targets] = process.argv.slice(2)
const library = await import(name)
const createProxyServer = library.createProxyServer ?? library.default.createProxyServer
// Without an agent that keeps connections open, both libraries dial for every request.
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })

const ports = await Promise.all(
  targets.map((target) => {
    const proxy = createProxyServer({ target: `http://127.0.0.1:${target}`, agent, ws: true })
    // Clients that leave and targets that stop are part of the measurement, not the end of the process.
    proxy.on("error", (_error, _request, answer) => answer?.destroy?.())
    const server = createServer((request, answer) => void proxy.web(request, answer))
    server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy())
      proxy.ws(request, socket, head)
    })
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve(server.address().port))
    })
  }),
)
process.on("SIGUSR2", () => globalThis.gc?.())
process.stdout.write(`${JSON.stringify(ports)}\n`)
