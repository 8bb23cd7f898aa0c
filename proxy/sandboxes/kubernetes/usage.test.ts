import { describe, expect, test } from "vitest"
import { makeLog } from "../../log.ts"
import { StatusError, UnreachableError } from "./api-error.ts"
import { slim } from "./slim.ts"
import { makePodUsage } from "./usage.ts"
import type { Pod } from "./wire.ts"

const minute = 60_000
const start = Date.parse("2026-01-02T03:00:00Z")
const at = (ms: number) => new Date(start + ms).toISOString()

/** As the watch keeps it. */
function aPod(id: string, namespace = "team-a", uid = `uid of ${id}`, memory?: string): Pod {
  const resources = memory === undefined ? {} : { limits: { memory } }
  const containers = [
    { name: "proxy", image: "p", resources: { limits: { memory: "1Mi" } } },
    { name: "opencode", image: "x", resources },
  ]
  const metadata = { name: `${id}-0`, namespace, uid, creationTimestamp: at(0) }
  return slim({ metadata, spec: { containers } })
}

function measured(id: string, cpu: string, memory: string, namespace = "team-a", timestamp = at(1_000)) {
  const containers = [
    { name: "proxy", usage: { cpu: "9", memory: "9Gi" } },
    { name: "opencode", usage: { cpu, memory } },
  ]
  return { metadata: { name: `${id}-0`, namespace }, timestamp, containers }
}

type Answers = Record<string, unknown[] | Error>

/** `minutes` passes time until the next look has been made; answers stand by the path before the query. */
function world({ scopes = ["team-a"], pods = [aPod("a")] as Pod[], answers = {} as Answers } = {}) {
  const state = { scopes, pods, answers, asked: [] as string[], told: [] as string[] }
  const idOf = (pod: Pod) => (pod.metadata?.name ?? "").replace(/-0$/, "")
  const closing = new AbortController()
  let now = start
  let rest = Promise.withResolvers<void>()
  let resting = Promise.withResolvers<number>()
  const usage = makePodUsage({
    transport: {
      json: async <T>(path: string) => {
        const [place = "", query] = path.split("?")
        state.asked.push(place)
        expect(query).toBe("labelSelector=app.kubernetes.io%2Fmanaged-by%3Dsandbar")
        const answer = state.answers[place] ?? new StatusError(404, { reason: "NotFound" })
        if (answer instanceof Error) throw answer
        return { items: answer } as T
      },
    },
    scopes: () => state.scopes,
    pods: () => state.pods.map((pod) => [idOf(pod), pod] as const),
    onChange: (id) => state.told.push(id),
    log: makeLog({ format: "json", level: "silent" }),
    signal: closing.signal,
    now: () => now,
    sleep: (ms) => {
      resting.resolve(ms)
      rest = Promise.withResolvers()
      return rest.promise
    },
  })
  const followed = usage.follow()
  /** Until after the next look; gives what was asked for it. */
  async function next(): Promise<string[]> {
    now += await resting.promise
    resting = Promise.withResolvers()
    state.asked.length = 0
    state.told.length = 0
    rest.resolve()
    await resting.promise
    return [...state.asked]
  }
  return {
    state,
    next,
    first: () => resting.promise,
    of: (pod: Pod | undefined = state.pods[0]) => usage.of(pod),
    nowMs: () => now - start,
    end: async () => {
      closing.abort()
      rest.resolve()
      await followed
    },
  }
}

const inTeamA = "/apis/metrics.k8s.io/v1beta1/namespaces/team-a/pods"
const inTeamB = "/apis/metrics.k8s.io/v1beta1/namespaces/team-b/pods"
const everywhere = "/apis/metrics.k8s.io/v1beta1/pods"
const forbidden = new StatusError(403, { reason: "Forbidden" })

describe("what a pod uses", () => {
  test("is what OpenCode's own container uses, with the limit that ends it", async () => {
    const pod = aPod("a", "team-a", "1", "256Mi")
    const { of, first } = world({
      pods: [pod],
      answers: { [inTeamA]: [measured("a", "412345678n", "123456Ki")] },
    })
    expect(of()).toBeUndefined()
    await first()
    expect(of()).toEqual({ cpu: 0.412, memoryBytes: 123_456 * 1_024, memoryLimitBytes: 256 * 2 ** 20 })
  })

  test("has no limit where the pod has none", async () => {
    const { of, first } = world({ answers: { [inTeamA]: [measured("a", "12m", "100M")] } })
    await first()
    expect(of()).toEqual({ cpu: 0.012, memoryBytes: 100e6 })
  })

  test("is not known where the answer cannot be read, or is about something else", async () => {
    const { of, first, next, state } = world({ answers: { [inTeamA]: [measured("a", "much", "1Mi")] } })
    await first()
    expect(of()).toBeUndefined()
    for (const strange of [{}, { metadata: { name: "a-0" } }, measured("a", "1", "1Mi", "team-b")]) {
      state.answers = { [inTeamA]: [strange] }
      await next()
      expect(of()).toBeUndefined()
    }
  })

  test("is asked for again after an answer that nobody could read", async () => {
    const pod = measured("a", "1", "1Mi")
    const { of, first, next, state } = world({ scopes: [""], answers: { [everywhere]: [pod] } })
    await first()
    const odd = [5, {}, [null], [{ ...pod, containers: {} }], [{ ...pod, containers: [null] }]]
    for (const items of [...odd, [measured("a", "-1", "1Mi")], [measured("a", "1", "-1Mi")]]) {
      state.answers = { [everywhere]: items as unknown[] }
      await next()
      expect(of(), JSON.stringify(items)).toBeUndefined()
    }
    state.answers = { [everywhere]: [pod] }
    await next()
    expect(of()).toMatchObject({ cpu: 1 })
  })

  test("is not taken over by the next pod of the same name", async () => {
    const { of, first, next, state } = world({ answers: { [inTeamA]: [measured("a", "1", "1Gi")] } })
    await first()
    expect(of()).toBeDefined()
    const { metadata } = aPod("a", "team-a", "another")
    const another = { metadata: { ...metadata, creationTimestamp: at(90_000) } } as Pod
    state.pods = [another]
    expect(of()).toBeUndefined()
    await next()
    expect(of(), "measured before there was this pod").toBeUndefined()
    state.answers = { [inTeamA]: [measured("a", "2", "1Gi", "team-a", at(100_000))] }
    await next()
    expect(of()).toMatchObject({ cpu: 2 })
    expect(of(aPod("a")), "the one that is gone").toBeUndefined()
  })

  test("is dropped, and that is told, once it is not measured any more", async () => {
    const { of, first, next, state } = world({ answers: { [inTeamA]: [measured("a", "1", "1Gi")] } })
    await first()
    state.answers = { [inTeamA]: [] }
    await next()
    expect(of()).toBeUndefined()
    expect(state.told).toEqual(["a"])
  })
})

describe("the metrics API is asked", () => {
  test("once a minute and namespace, and only where and while a sandbox is up", async () => {
    const { first, next, nowMs, state } = world({ scopes: ["team-a", "team-b", "team-c"], pods: [] })
    await first()
    expect(await next()).toEqual([])
    state.pods = [aPod("a"), aPod("b"), aPod("c", "team-b")]
    state.answers = { [inTeamA]: [], [inTeamB]: [] }
    const before = nowMs()
    expect(await next()).toEqual([inTeamA, inTeamB])
    expect(nowMs() - before).toBeLessThanOrEqual(2_000)
    const looked = nowMs()
    expect(await next()).toEqual([inTeamA, inTeamB])
    expect(nowMs() - looked).toBe(minute)
    state.pods = []
    expect(await next()).toEqual([])
  })

  test("once for all namespaces where all are watched, or for each where only that is allowed", async () => {
    const { first, next, state, of } = world({
      scopes: [""],
      answers: { [everywhere]: [measured("a", "1", "1Gi")], [inTeamA]: [measured("a", "2", "1Gi")] },
    })
    await first()
    expect(state.asked).toEqual([everywhere])
    expect(of()).toMatchObject({ cpu: 1 })
    state.answers = { ...state.answers, [everywhere]: forbidden }
    expect(await next()).toEqual([everywhere, inTeamA])
    expect(of()).toMatchObject({ cpu: 2 })
    expect(await next(), "a refusal is remembered").toEqual([inTeamA])
    state.pods = []
    for (let passed = 0; passed < 400; passed += 1) expect(await next()).toEqual([])
  })

  for (const code of [404, 503])
    test(`again after ten minutes where there is none (${code})`, async () => {
      const { first, next, state, of } = world({ answers: { [inTeamA]: new StatusError(code, {}) } })
      await first()
      state.answers = { [inTeamA]: [measured("a", "1", "1Gi")] }
      for (let passed = 1; passed < 10; passed += 1) expect(await next(), `${passed} min`).toEqual([])
      expect(of()).toBeUndefined()
      expect(await next()).toEqual([inTeamA])
      expect(of()).toBeDefined()
    })

  test("again after ten minutes where we may not, and meanwhile where we may", async () => {
    const { first, next, state, of } = world({
      scopes: ["team-a", "team-b"],
      pods: [aPod("a"), aPod("b", "team-b")],
      answers: { [inTeamA]: forbidden, [inTeamB]: [measured("b", "1", "1Gi", "team-b")] },
    })
    await first()
    expect(of(state.pods[1])).toBeDefined()
    for (let passed = 1; passed < 10; passed += 1) expect(await next(), `${passed} min`).toEqual([inTeamB])
    expect(await next()).toEqual([inTeamA, inTeamB])
  })

  test("a minute later where nobody answered, and what was known is not shown as if it were now", async () => {
    const { first, next, state, of } = world({ answers: { [inTeamA]: [measured("a", "1", "1Gi")] } })
    await first()
    state.answers = { [inTeamA]: new UnreachableError("https://api", new Error("ECONNREFUSED")) }
    await next()
    expect(of()).toBeUndefined()
    state.answers = { [inTeamA]: [measured("a", "1", "1Gi")] }
    await next()
    expect(of()).toBeDefined()
  })
})

describe("of five hundred sandboxes", () => {
  const pods = Array.from({ length: 500 }, (_, index) => aPod(`s${index}`))
  const allAt = (cpu: string, memory: string) =>
    pods.map(({ metadata }) => measured((metadata?.name ?? "").replace(/-0$/, ""), cpu, memory))

  test("one request tells all, and nobody is woken for what wavers", async () => {
    const { first, next, state } = world({ pods, answers: { [inTeamA]: allAt("500m", "400Mi") } })
    await first()
    expect(state.asked).toEqual([inTeamA])
    expect(state.told).toHaveLength(500)
    state.answers = { [inTeamA]: allAt("505m", "404Mi") }
    expect(await next()).toEqual([inTeamA])
    expect(state.told).toEqual([])
  })

  test("what creeps is told once it has come far enough", async () => {
    const { first, next, state, of } = world({ answers: { [inTeamA]: [measured("a", "1m", "400Mi")] } })
    await first()
    const told: number[] = []
    for (const memory of [408, 416, 424, 432]) {
      state.answers = { [inTeamA]: [measured("a", "1m", `${memory}Mi`)] }
      await next()
      if (state.told.length > 0) told.push((of()?.memoryBytes ?? 0) / 2 ** 20)
    }
    expect(told).toEqual([424])
    state.answers = { [inTeamA]: [measured("a", "60m", "432Mi")] }
    await next()
    expect(state.told).toEqual(["a"])
  })
})

test("nothing is asked any more after the end", async () => {
  const { first, state, end } = world({ answers: { [inTeamA]: [] } })
  await first()
  state.asked.length = 0
  await end()
  expect(state.asked).toEqual([])
})
