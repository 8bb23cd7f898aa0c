// A watch against an API server that breaks off, forgets, refuses and falls silent: a small one, of the same lines.
import { afterEach, describe, expect, test } from "vitest"
import { StatusError, UnreachableError } from "./api-error.ts"
import { watchKind } from "./watch-kind.ts"
import type { KubeObject } from "./wire.ts"

type Answer = (signal: AbortSignal | undefined) => Response | Promise<Response>

const object = (name: string, resourceVersion: string, change: object = {}): KubeObject => ({
  metadata: { name, namespace: "team-a", uid: name, resourceVersion, ...change },
})
const list = (resourceVersion: string, ...items: KubeObject[]) =>
  Response.json({ metadata: { resourceVersion }, items })
const lines = (...events: [string, object][]) =>
  new Response(events.map(([type, found]) => `${JSON.stringify({ type, object: found })}\n`).join(""))

/** Says what it has to say, then nothing, as a quiet watch. */
function quiet(signal: AbortSignal | undefined, ...events: [string, object][]): Response {
  const text = events.map(([type, found]) => `${JSON.stringify({ type, object: found })}\n`).join("")
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        signal?.addEventListener("abort", () => controller.error(signal.reason))
      },
    }),
  )
}

const stop: AbortController[] = []
afterEach(() => {
  for (const one of stop.splice(0)) one.abort()
})

/** Answers in this order; after the last, watches stay quiet. */
function world(answers: Answer[], options: { silenceMs?: number } = {}) {
  const asked: URL[] = []
  const told: string[] = []
  const waits: number[] = []
  const troubles: unknown[] = []
  const ending = new AbortController()
  stop.push(ending)
  const send = async (path: string, request: { signal?: AbortSignal } = {}) => {
    asked.push(new URL(path, "http://api"))
    const answer = answers.shift()
    return answer ? await answer(request.signal) : quiet(request.signal)
  }
  const watch = watchKind<KubeObject>({
    transport: {
      send,
      json: async <T>(path: string, request = {}) => (await (await send(path, request)).json()) as T,
    },
    path: "/api/v1/pods",
    labelSelector: "a=b",
    keep: (found) => found,
    onChange: (now, before) =>
      told.push(`${before?.metadata?.resourceVersion ?? "-"}→${now?.metadata?.resourceVersion ?? "-"}`),
    onTrouble: (error) => troubles.push(error),
    signal: ending.signal,
    sleep: async (ms) => {
      waits.push(ms)
      await Bun.sleep(1)
    },
    random: () => 0.5,
    ...options,
  })
  return { watch, asked, told, waits, troubles }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return
    await Bun.sleep(4)
  }
  throw new Error("not seen in time")
}

describe("a watch", () => {
  test("lists all pages, then goes on from where the list was", async () => {
    const { watch, asked, told } = world([
      () => Response.json({ metadata: { continue: "more" }, items: [object("a", "1")] }),
      () => list("5", object("b", "2")),
      (signal) => quiet(signal, ["MODIFIED", object("a", "6")], ["DELETED", object("b", "7")]),
    ])
    await until(() => told.length === 4)
    expect(told).toEqual(["-→1", "-→2", "1→6", "2→-"])
    expect([...watch.objects.keys()]).toEqual(["team-a/a"])
    expect(asked[1]?.searchParams.get("continue")).toBe("more")
    expect(asked[2]?.searchParams.get("resourceVersion")).toBe("5")
    expect(asked[2]?.searchParams.get("allowWatchBookmarks")).toBe("true")
    for (const { searchParams } of asked) expect(searchParams.get("labelSelector")).toBe("a=b")
  })

  test("that the server ends goes on from the last bookmark, without a new list", async () => {
    const { asked } = world([
      () => list("5"),
      () => lines(["BOOKMARK", { metadata: { resourceVersion: "90" } }]),
    ])
    await until(() => asked.length === 3)
    expect(asked[2]?.searchParams.get("resourceVersion")).toBe("90")
  })

  for (const [how, gone] of [
    ["as an event after a 200", () => lines(["ERROR", { kind: "Status", code: 410, reason: "Expired" }])],
    [
      "as an HTTP status",
      () => {
        throw new StatusError(410, { reason: "Expired" })
      },
    ],
  ] as const)
    test(`whose past the server has forgotten (${how}) lists anew: what vanished is told, what stayed is not`, async () => {
      const { told, watch } = world([
        () => list("5", object("a", "1"), object("b", "2")),
        gone,
        () => list("9", object("b", "2"), object("c", "8")),
      ])
      await until(() => told.length === 4)
      expect(told).toEqual(["-→1", "-→2", "1→-", "-→8"])
      expect([...watch.objects.keys()].sort()).toEqual(["team-a/b", "team-a/c"])
    })

  test("waits longer after every failure, and says so until it is connected again", async () => {
    const down = () => {
      throw new UnreachableError("https://api", new Error("ECONNREFUSED"))
    }
    const { waits, troubles, asked } = world([() => list("5"), down, down, down, () => list("5")])
    await until(() => asked.length >= 6)
    expect(waits.slice(0, 3)).toEqual([150, 300, 600])
    await until(() => troubles.at(-1) === undefined)
    expect(troubles.filter(Boolean).length).toBe(3)
  })

  test("on which nothing is heard is dropped and opened again, without being called trouble", async () => {
    const { asked, troubles } = world([() => list("5")], { silenceMs: 20 })
    await until(() => asked.length >= 4)
    expect(asked.slice(1).every(({ searchParams }) => searchParams.get("resourceVersion") === "5")).toBe(true)
    expect(troubles.every((error) => error === undefined)).toBe(true)
  })

  // Kept until its end came, a line without one would fill our memory.
  test("in which a line does not end is dropped and opened again, and nothing is taken from it", async () => {
    const { asked, told, troubles } = world([
      () => list("5"),
      () => new Response(`{"type":"ADDED","object":"${"x".repeat(9_000_000)}`),
      (signal) => quiet(signal, ["ADDED", object("a", "6")]),
    ])
    await until(() => told.length === 1)
    expect(asked[2]?.searchParams.get("resourceVersion")).toBe("5")
    expect(troubles.find(Boolean)).toMatchObject({ message: expect.stringContaining("a line of more than") })
  })

  test("that is not allowed is settled all the same, so that nobody waits for it forever", async () => {
    const { watch, troubles } = world([
      () => {
        throw new StatusError(403, { reason: "Forbidden" })
      },
    ])
    await watch.settled
    expect(troubles[0]).toMatchObject({ code: 403 })
  })
})

describe("the cache of a watch", () => {
  test("knows what a write has answered at once, and is not set back by what the watch tells late", async () => {
    const late = Promise.withResolvers<void>()
    const { watch, told } = world([
      () => list("5", object("a", "1")),
      async (signal) => {
        await late.promise
        return quiet(signal, ["MODIFIED", object("a", "6")], ["MODIFIED", object("a", "8")])
      },
    ])
    await watch.settled
    watch.learn(object("a", "7"))
    expect(told.at(-1)).toBe("1→7")
    late.resolve()
    await until(() => told.at(-1) === "7→8")
    expect(told).toEqual(["-→1", "1→7", "7→8"])
  })

  test("does not bring back what was deleted here, unless it is on its way out", async () => {
    const { watch, told } = world([() => list("5", object("a", "1"))])
    await watch.settled
    watch.forget(object("a", "1"))
    watch.learn(object("a", "6"))
    expect(watch.objects.size).toBe(0)
    watch.learn(object("a", "7", { deletionTimestamp: "2026-03-01T12:00:00Z" }))
    expect(watch.objects.size).toBe(1)
    expect(told).toEqual(["-→1", "1→-", "-→7"])
  })

  test("takes no late answer about what has ended for something new", async () => {
    const { watch, told } = world([
      () => list("5", object("a", "1")),
      (signal) => quiet(signal, ["DELETED", object("a", "6")]),
    ])
    await until(() => told.length === 2)
    watch.learn(object("a", "5"))
    expect(watch.objects.size).toBe(0)
    watch.learn(object("a", "9", { uid: "another" }))
    expect(watch.objects.size).toBe(1)
  })
})
