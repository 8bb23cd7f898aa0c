import { describe, expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import { makeDial, type Network } from "./dial.ts"
import { chooseTarget, type Target } from "./target.ts"

const allowed = { suffixes: ["svc.cluster.local"], origins: ["http://box.example:4096"] }
const pod = chooseTarget("http://sandbox.team-a.svc.cluster.local:4096", allowed)
const exact = chooseTarget("http://box.example:4096", allowed)

const nothing = async (): Promise<string[]> => {
  throw Object.assign(new Error("queryA ENODATA"), { code: "ENODATA" })
}

function network(parts: Partial<Network>): Network {
  const base: Network = {
    resolve4: nothing,
    resolve6: nothing,
    lookup: nothing,
    touch: async () => undefined,
    isSelf: () => false,
  }
  return { ...base, ...parts }
}

async function outcome(target: Target, parts: Partial<Network>): Promise<string> {
  return makeDial(network(parts), { dialMs: 100 })(target).catch((error: unknown) => {
    if (error instanceof Problem) return error.code
    throw error
  })
}

describe("a wildcard leads to private addresses only (server-side request forgery through DNS)", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["172.16.0.1", "172.16.0.1"],
    ["172.32.0.1", "target.forbidden"],
    ["192.168.0.9", "192.168.0.9"],
    ["100.64.0.1", "100.64.0.1"],
    ["100.100.100.200", "target.forbidden"],
    ["8.8.8.8", "target.forbidden"],
    ["127.0.0.1", "target.forbidden"],
    ["0.0.0.0", "target.forbidden"],
    ["169.254.169.254", "target.forbidden"],
    ["224.0.0.1", "target.forbidden"],
    ["not an address", "target.forbidden"],
  ])("IPv4 %s → %s", async (address, expected) => {
    expect(await outcome(pod, { resolve4: async () => [address] })).toBe(expected)
  })

  test.each([
    ["fd12::7", "fd12::7"],
    ["fd00:ec2::254", "target.forbidden"],
    ["fd00:ec2::23", "target.forbidden"],
    ["fd20:ce::254", "target.forbidden"],
    ["::1", "target.forbidden"],
    ["::", "target.forbidden"],
    ["fe80::1", "target.forbidden"],
    ["2001:db8::1", "target.forbidden"],
    ["2606:4700::1", "target.forbidden"],
    ["::ffff:10.0.0.1", "target.forbidden"],
    ["::ffff:169.254.169.254", "target.forbidden"],
    ["64:ff9b::a00:1", "target.forbidden"],
    ["64:ff9b:1::a00:1", "target.forbidden"],
    ["2002:a00:1::", "target.forbidden"],
  ])("IPv6 %s → %s", async (address, expected) => {
    expect(await outcome(pod, { resolve6: async () => [address] })).toBe(expected)
  })

  test("one forbidden address among good ones refuses them all", async () => {
    const parts = { resolve4: async () => ["10.0.0.1"], resolve6: async () => ["::1"] }
    expect(await outcome(pod, parts)).toBe("target.forbidden")
  })
})

test("a wildcard record in a search domain cannot take a cluster name over: the name is asked as absolute", async () => {
  const asked: string[] = []
  const resolve4 = async (name: string) => {
    asked.push(name)
    return ["10.0.0.1"]
  }
  const lookup = async () => ["10.66.66.66"]
  expect(await outcome(pod, { resolve4, lookup })).toBe("10.0.0.1")
  expect(asked).toEqual(["sandbox.team-a.svc.cluster.local."])
})

test("an exact origin is the operator's word: any address, through the system's own look-up", async () => {
  expect(await outcome(exact, { lookup: async () => ["127.0.0.1"] })).toBe("127.0.0.1")
})

test("of two addresses, the one that accepts connections is dialled", async () => {
  const touch: Network["touch"] = async (address) => {
    if (address === "::1") throw new Error("refused")
  }
  expect(await outcome(exact, { lookup: async () => ["::1", "127.0.0.1"], touch })).toBe("127.0.0.1")
})

describe("a name with thousands of addresses (a flood of connections through one DNS answer)", () => {
  const many = (prefix: string) => Array.from({ length: 3_000 }, (_, i) => `${prefix}${(i % 250) + 1}`)
  async function tried(parts: Partial<Network>): Promise<string[]> {
    const addresses: string[] = []
    const touch: Network["touch"] = async (address) => {
      addresses.push(address)
      throw new Error("refused")
    }
    expect(await outcome(pod, { ...parts, touch })).toBe("target.unreachable")
    return addresses
  }

  test("opens eight connections at most, and leaves neither family out", async () => {
    const four = async () => many("10.0.0.")
    const six = async () => many("fd12::")
    expect(await tried({ resolve4: four })).toHaveLength(8)
    expect(await tried({ resolve6: six })).toHaveLength(8)
    const both = await tried({ resolve4: four, resolve6: six })
    expect(both.map((address) => address.includes(":"))).toEqual([
      ...Array(4).fill(false),
      ...Array(4).fill(true),
    ])
    expect(await tried({ resolve4: four, resolve6: async () => ["fd12::1"] })).toContain("fd12::1")
  })
  test("is refused for one forbidden address, even where nobody would have dialled it", async () => {
    const resolve4 = async () => [...many("10.0.0."), "127.0.0.1"]
    expect(await outcome(pod, { resolve4 })).toBe("target.forbidden")
  })
})

test("an address of ours with our port is a loop", async () => {
  const isSelf: Network["isSelf"] = (address, port) => address === "10.0.0.5" && port === 4096
  expect(await outcome(pod, { resolve4: async () => ["10.0.0.5"], isSelf })).toBe("target.loop")
})

test("no name, no connection, and silence are told apart", async () => {
  const found = { resolve4: async () => ["10.0.0.1"] }
  const refused: Network["touch"] = () => Promise.reject(new Error("refused"))
  const silent: Network["touch"] = () => new Promise(() => undefined)
  expect(await outcome(pod, {})).toBe("target.name")
  expect(await outcome(pod, { ...found, touch: refused })).toBe("target.unreachable")
  expect(await outcome(pod, { ...found, touch: silent })).toBe("target.timeout")
  expect(await outcome(pod, { resolve4: () => new Promise(() => undefined) })).toBe("target.timeout")
})

test("an answer is used for five seconds and then asked for again; a failure is not kept", async () => {
  let now = 0
  let answers: string[] = []
  const dial = makeDial(network({ resolve4: async () => answers }), { now: () => now })
  await expect(dial(pod)).rejects.toMatchObject({ code: "target.name" })
  answers = ["10.0.0.1"]
  expect(await dial(pod)).toBe("10.0.0.1")
  answers = ["10.0.0.2"]
  now = 4_999
  expect(await dial(pod)).toBe("10.0.0.1")
  now = 5_000
  expect(await dial(pod)).toBe("10.0.0.2")
})

test("what an exact origin may reach is not remembered for a pattern", async () => {
  const both = { lookup: async () => ["127.0.0.1"], resolve4: async () => ["127.0.0.1"] }
  const dial = makeDial(network(both))
  const named = chooseTarget(pod.origin, { suffixes: [], origins: [pod.origin] })
  expect(await dial(named)).toBe("127.0.0.1")
  await expect(dial(pod)).rejects.toMatchObject({ code: "target.forbidden" })
})

test("what a person is told names the server and never an address behind it", async () => {
  const dial = makeDial(network({ resolve4: async () => ["169.254.169.254"] }))
  await expect(dial(pod)).rejects.toMatchObject({ detail: expect.not.stringContaining("169.254") })
})
