// `npm run dev`: Vite stands in front of the proxy, so what the proxy sees has to be what the browser sent.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer } from "vite"
import { afterEach, describe, expect, test, vi } from "vitest"
import { startChild } from "../fakes/child.ts"
import { startProxy } from "./start-proxy.ts"
import { startTarget } from "./start-target.ts"

const root = join(import.meta.dirname, "../..")
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe("everybody in the network at a proxy that believes itself on loopback", () => {
  test.each([
    ["HOST beyond loopback", { HOST: "0.0.0.0" }, [], /^HOST=0\.0\.0\.0: .*npm run serve\.\n$/],
    ["another HOST beyond loopback", { HOST: "::" }, [], /^HOST=::: .*npm run serve\.\n$/],
    ["an option of Vite", {}, ["--host"], /^--host: .*loopback one\.\n$/],
    ["an option of Vite with its value", {}, ["--host=0.0.0.0"], /^--host: .*loopback one\.\n$/],
  ])("%s is refused", async (_name, env, args, sentence) => {
    const dev = startChild(process.execPath, ["scripts/dev.mjs", ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, PORT: "0", ...env },
    })
    cleanups.push(() => dev.stop())
    expect(await dev.exited).toBe(1)
    expect(dev.output()).toMatch(sentence)
  })
})

test("a page from Vite may send requests that change something, and a foreign page may not", async () => {
  const target = startTarget((request) => new Response(request.method))
  const proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: target.origin } })
  cleanups.push(target.stop, proxy.stop)
  const origin = await startVite(proxy.url)
  const post = (from: string) =>
    fetch(`${origin}/api/proxy/x`, {
      method: "POST",
      headers: { origin: from, "sec-fetch-site": "same-origin", "x-target-server": target.origin },
    })
  expect(await (await post(origin)).text()).toBe("POST")
  expect((await post(proxy.url)).status).toBe(403)
})

/** The configuration of `npm run dev`, without watching files or looking for dependencies. */
async function startVite(proxyUrl: string): Promise<string> {
  vi.stubEnv("SANDBAR_DEV_PROXY", proxyUrl)
  const cacheDir = mkdtempSync(join(tmpdir(), "sandbar-vite-"))
  const vite = await createServer({
    configFile: join(root, "vite.config.ts"),
    root: join(root, "app"),
    cacheDir,
    logLevel: "error",
    optimizeDeps: { noDiscovery: true },
    server: { host: "127.0.0.1", port: 0, hmr: false, ws: false, watch: null },
  })
  cleanups.push(
    () => rmSync(cacheDir, { recursive: true, force: true }),
    () => vite.close(),
  )
  await vite.listen()
  const address = vite.httpServer?.address()
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`
}
