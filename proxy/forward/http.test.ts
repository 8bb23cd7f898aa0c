// R6: the path is glued to a pinned origin. No route hands such paths on; should one ever do it, nothing is dialled.
import { expect, test } from "vitest"
import { makeTestDeps } from "../../tests/wire/start-proxy.ts"
import { type Fetch, sendToTarget } from "./http.ts"
import { chooseTarget } from "./target.ts"

const deps = makeTestDeps({}, () => 0)
const server = "http://box.example:4096"
const target = chooseTarget(server, { suffixes: [], origins: [server] })

async function send(path: string, address = "10.0.0.1"): Promise<{ outcome: string; dialled: string[] }> {
  const dialled: string[] = []
  const fetch: Fetch = async (url) => {
    dialled.push(url)
    return new Response("reached")
  }
  const exchange = {
    ...{
      request: new Request("http://127.0.0.1/"),
      path,
      target,
      name: server,
      address,
      authorization: undefined,
    },
    ...{
      forwardBase: "/api/proxy",
      requestId: "r-1",
      slot: { toStream: () => undefined, release: () => undefined },
    },
  }
  const options = {
    ...deps,
    fetch,
    mostBytes: 1_000,
    onCut: () => undefined,
    deadlines: () => () => undefined,
  }
  const answer = sendToTarget(exchange, options)
  return {
    outcome: await answer.then(
      (response) => response.text(),
      (error) => error.code,
    ),
    dialled,
  }
}

test.each([
  "@evil.example/x",
  ":80@evil.example/x",
  ".evil.example/x",
  "evil.example",
  "",
  "?x",
  "#x",
  "\\evil",
  "1/x",
])("allowlist bypass: %j behind the address would name another server, and is refused", async (path) => {
  expect(await send(path)).toEqual({ outcome: "request.malformed", dialled: [] })
})

test.each([
  ["10.0.0.1", "http://10.0.0.1:4096/@evil.example/x"],
  ["fd12::1", "http://[fd12::1]:4096/@evil.example/x"],
])("DNS rebinding: the address that was checked is dialled, not the name (%s)", async (address, url) => {
  expect(await send("/@evil.example/x", address)).toEqual({ outcome: "reached", dialled: [url] })
})
