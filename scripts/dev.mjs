// `npm run dev`: Vite with hot reload where people look, the real proxy behind it for everything under api/.
// Runs under Bun. Both start and stop together.
import { isLoopback } from "../proxy/guard/known-host.ts"
import { findFreePort } from "../proxy/sandboxes/process/free-port.ts"
import { ensureUi } from "./ensure-ui.mjs"
import { inRoot } from "./root.mjs"
import { runChild } from "./run-child.mjs"
import { say } from "./say.mjs"

const host = process.env.HOST || "127.0.0.1"
const port = process.env.PORT || "8888"
const extraArgs = process.argv.slice(2)

// Vite would listen for everybody while the proxy behind it believes that it listens on loopback only.
const refusal = whyNot()
if (refusal) {
  console.error(refusal)
  process.exit(1)
}

const proxyPort = String(await findFreePort())

// The proxy wants a built page to start; its own copy is not what people look at here.
await ensureUi(process.execPath)

const env = { ...process.env, NB_PREFIX: "/", BASE_PATH: "/" }
const proxy = { ...env, HOST: "127.0.0.1", PORT: proxyPort }
const vite = { ...env, SANDBAR_DEV_PROXY: `http://127.0.0.1:${proxyPort}` }
const viteArgs = [
  "--bun",
  inRoot("node_modules/vite/bin/vite.js"),
  "--host",
  host,
  "--port",
  port,
  "--strictPort",
]

const stop = new AbortController()
const codes = await Promise.all([
  runChild(process.execPath, ["--watch", "proxy/serve-ui.ts"], { env: proxy, signal: stop.signal }).finally(
    () => stop.abort(),
  ),
  runChild(process.execPath, [...viteArgs, ...extraArgs], {
    env: vite,
    signal: stop.signal,
  }).finally(() => stop.abort()),
])
say("stopped")
process.exitCode = Math.max(...codes)

function whyNot() {
  if (!isLoopback(host))
    return `HOST=${host}: others could reach it, and npm run dev is for this computer alone. Use 127.0.0.1, or npm run serve.`
  if (extraArgs.some((arg) => /^--host(=|$)/.test(arg)))
    return "--host: npm run dev takes the address from HOST, and only a loopback one."
  return undefined
}
