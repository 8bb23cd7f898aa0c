// Proxies and targets of one test file about probes. Whatever was started is stopped by `cleanUp`.
import { startProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startRawTarget, startTarget } from "./start-target.ts"

export function makeProbeProxies() {
  const cleanups: (() => unknown)[] = []

  function proxyFor(origins: string, options: TestProxyOptions = {}) {
    const env = { ...options.env, SANDBAR_ALLOWED_TARGETS: origins }
    const proxy = startProxy({ probeMs: 1_000, ...options, env })
    cleanups.push(proxy.stop)
    return proxy
  }

  /** `box.example` leads to 127.0.0.1, where this target listens. */
  function named(port: number, scheme = "http", options: TestProxyOptions = {}) {
    const origin = `${scheme}://box.example:${port}`
    const network = { lookup: async () => ["127.0.0.1"] }
    return { origin, port, proxy: proxyFor(origin, { network, ...options }) }
  }

  function serve(answer: (request: Request) => Response | Promise<Response>, options: TestProxyOptions = {}) {
    const target = startTarget(answer)
    cleanups.push(target.stop)
    return named(target.port, "http", options)
  }

  async function serveRaw(
    script: Parameters<typeof startRawTarget>[0],
    scheme?: string,
    options: TestProxyOptions = {},
  ) {
    const target = await startRawTarget(script)
    cleanups.push(target.stop)
    return named(target.port, scheme, options)
  }

  async function cleanUp(): Promise<void> {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }

  return { cleanups, cleanUp, named, proxyFor, serve, serveRaw }
}
