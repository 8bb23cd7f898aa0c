import { render } from "@solidjs/testing-library"
import { createSignal, onCleanup } from "solid-js"
import { expect, test } from "vitest"
import { targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import type { Server } from "../servers/server.ts"
import { useConnection } from "./connection-context.tsx"
import { ServerScope } from "./server-scope.tsx"

const first: Server = { id: "a:1", name: "A", url: "http://a:1", provided: false }

function renderScope() {
  const streams: Request[] = []
  const below: string[] = []
  const [server, setServer] = createSignal(first)
  const never = async (request: Request) => {
    streams.push(request)
    return new Promise<Response>((_, reject) =>
      request.signal.addEventListener("abort", () => reject(request.signal.reason)),
    )
  }
  const Below = () => {
    const { server } = useConnection()
    below.push(`built ${server.url}`)
    onCleanup(() => below.push(`gone ${server.url}`))
    return <p>{server.name}</p>
  }
  const view = render(() => (
    <ServerScope server={server()} options={{ fetch: never }}>
      <Below />
    </ServerScope>
  ))
  return { streams, below, setServer, view }
}

test("another server: everything below is thrown away and built anew, with one stream open", async () => {
  const { streams, below, setServer, view } = renderScope()
  await settle()
  setServer({ id: "b:1", name: "B", url: "http://b:1", provided: false })
  await settle()
  expect(below).toEqual(["built http://a:1", "gone http://a:1", "built http://b:1"])
  expect(streams.map((request) => request.headers.get(targetHeader))).toEqual(["http://a:1", "http://b:1"])
  expect(streams.map((request) => request.signal.aborted)).toEqual([true, false])
  view.unmount()
  expect(streams[1]?.signal.aborted).toBe(true)
})

test("another password is another connection", async () => {
  const { streams, setServer } = renderScope()
  setServer({ ...first, password: "new" })
  await settle()
  expect(streams.at(-1)?.headers.get(targetAuthorizationHeader)).toBe(`Basic ${btoa("opencode:new")}`)
})

test("another name is the same connection", async () => {
  const { streams, below, setServer } = renderScope()
  await settle()
  setServer({ ...first, name: "Renamed" })
  await settle()
  expect(streams).toHaveLength(1)
  expect(below).toEqual(["built http://a:1"])
})
