// Hosts that no HTTP client would send, over a raw socket: Bun gives such requests no URL.
import { afterEach, expect, test } from "vitest"
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"

let proxy: TestProxy | undefined
afterEach(async () => {
  await proxy?.stop()
})

const paths = ["/a/b", "/a/b/", "/a/b/api/config", "/a/b/api/proxy/x", "/healthz"]

test.each([
  ["no host at all", "HTTP/1.0", ""],
  ["an empty host", "HTTP/1.1", "Host: \r\n"],
  ["an address of five parts", "HTTP/1.1", "Host: 1.2.3.4.5\r\n"],
  ["a port that there is not", "HTTP/1.1", "Host: 127.0.0.1:99999\r\n"],
  ["brackets around no address", "HTTP/1.1", "Host: [::::]:1\r\n"],
])("a flood of stack traces in the log: %s is malformed, not a bug of ours", async (_name, version, host) => {
  proxy = startProxy({ env: { BASE_PATH: "/a/b", SANDBAR_ALLOWED_TARGETS: "http://127.0.0.1:4096" } })
  for (const path of paths) {
    const headers = `${host}X-Target-Server: http://127.0.0.1:4096\r\nConnection: close\r\n`
    const answer = await rawRequest(proxy.port, `GET ${path} ${version}\r\n${headers}\r\n`)
    expect([path, answer.status]).toEqual([path, 400])
    expect(answer.text).toContain("request.malformed")
  }
  expect(proxy.logLines.join("")).not.toContain("stack")
})
