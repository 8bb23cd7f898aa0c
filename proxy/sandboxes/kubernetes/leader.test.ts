// Two replicas and one Lease, with clocks that disagree.
import { afterEach, describe, expect, test } from "vitest"
import { StatusError } from "./api-error.ts"
import { type LeaderOptions, leaseMs, runForLeader } from "./leader.ts"
import type { Lease } from "./wire.ts"

/** One object, with the API server's rules for versions. */
function leaseStore() {
  let lease: Lease | undefined
  let version = 0
  let isDown = false
  const reach = () => {
    if (isDown) throw new StatusError(503, { message: "down" })
  }
  const put = (spec: object) => {
    version += 1
    lease = { metadata: { resourceVersion: String(version) }, spec: { ...lease?.spec, ...spec } }
    return lease
  }
  const api = {
    read: async () => {
      reach()
      return lease
    },
    create: async (_: string, __: string, body: Lease) => {
      reach()
      if (lease) throw new StatusError(409, { reason: "AlreadyExists" })
      return put(body.spec ?? {})
    },
    merge: async (_: object, patch: Lease) => {
      reach()
      const known = patch.metadata?.resourceVersion
      if (known !== undefined && known !== String(version)) throw new StatusError(409, { reason: "Conflict" })
      return put(patch.spec ?? {})
    },
  } as unknown as LeaderOptions["api"]
  return { api, holder: () => lease?.spec?.holderIdentity, down: (now: boolean) => (isDown = now) }
}

const stop: AbortController[] = []
afterEach(() => {
  for (const one of stop.splice(0)) one.abort()
})

function replica(identity: string, store: ReturnType<typeof leaseStore>, clock: { now: number }, skew = 0) {
  const ending = new AbortController()
  stop.push(ending)
  let leads = 0
  let ended = 0
  const wake: (() => void)[] = []
  const done = runForLeader({
    api: store.api,
    namespace: "home",
    identity,
    lead: async (signal) => {
      leads += 1
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))
      ended += 1
    },
    onError: () => undefined,
    signal: ending.signal,
    now: () => clock.now + skew,
    sleep: (_, signal) =>
      new Promise((resolve) => {
        wake.push(resolve)
        signal.addEventListener("abort", () => resolve())
      }),
  })
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Bun.sleep(0)
  }
  return {
    /** One round of the election. */
    round: async () => {
      await settle()
      wake.shift()?.()
      await settle()
    },
    isLeading: () => leads > ended,
    close: async () => {
      ending.abort()
      await done
    },
  }
}

describe("who leads", () => {
  test("is one of two, whatever their clocks say, and the other only when the Lease is not renewed", async () => {
    const store = leaseStore()
    const clock = { now: 1_000_000 }
    const first = replica("first", store, clock)
    await first.round()
    const second = replica("second", store, clock, 3_600_000)
    await second.round()
    expect([first.isLeading(), second.isLeading()]).toEqual([true, false])
    for (let at = 0; at < 5; at++) {
      clock.now += 4_000
      await first.round()
      await second.round()
    }
    expect([first.isLeading(), second.isLeading()]).toEqual([true, false])
    // The first hangs.
    clock.now += leaseMs + 1
    await second.round()
    expect(store.holder()).toBe("second")
    expect(second.isLeading()).toBe(true)
    await first.round()
    expect(first.isLeading()).toBe(false)
  })

  test("gives way before another can have taken it, when the API server does not answer", async () => {
    const store = leaseStore()
    const clock = { now: 1_000_000 }
    const one = replica("one", store, clock)
    await one.round()
    store.down(true)
    clock.now += 5_000
    await one.round()
    expect(one.isLeading()).toBe(true)
    clock.now += 7_000
    await one.round()
    expect(one.isLeading()).toBe(false)
  })

  test("gives the Lease back when it stops, so that the next need not wait", async () => {
    const store = leaseStore()
    const clock = { now: 1_000_000 }
    const one = replica("one", store, clock)
    await one.round()
    await one.close()
    expect(one.isLeading()).toBe(false)
    const other = replica("other", store, clock)
    await other.round()
    expect(other.isLeading()).toBe(true)
  })
})
