import { describe, expect, test } from "vitest"
import { notRunLines, readyCluster } from "./cluster-suite.mjs"

type Part = "control-plane" | "node"

function machine({
  built = [],
  never = [],
  unbuildable = [],
}: {
  built?: Part[]
  never?: Part[]
  unbuildable?: Part[]
}) {
  const done: Part[] = []
  return {
    done,
    options: {
      checks: {
        cannotRun: (part: Part) => (never.includes(part) ? "never." : undefined),
        cannotBuild: (part: Part) => (unbuildable.includes(part) ? "no Go." : undefined),
        isBuilt: (part: Part) => built.includes(part),
      },
      build: async (part: Part) => {
        done.push(part)
        return 0
      },
    },
  }
}

async function ready(mode: string, options: object, env: Record<string, string> = {}, minutes = 0) {
  return readyCluster(mode, { env, minutes, ...options })
}

describe("`cached`, as in npm test", () => {
  test("runs everything when everything is built, and builds nothing", async () => {
    const { options, done } = machine({ built: ["control-plane", "node"] })
    expect(notRunLines(await ready("cached", options))).toEqual([])
    expect(done).toEqual([])
  })

  test("says how to build what is not, and does not", async () => {
    const { options, done } = machine({})
    const lines = notRunLines(await ready("cached", options))
    expect(lines).toEqual([expect.stringMatching(/^NOT RUN: the cluster suite, .*npm run test:cluster/)])
    expect(done).toEqual([])
  })

  test("is left out when the other tests took long, unless somebody asks for it", async () => {
    const { options } = machine({ built: ["control-plane", "node"] })
    const late = await ready("cached", options, {}, 18.4)
    expect(notRunLines(late)).toEqual([
      expect.stringMatching(/^NOT RUN: .* took 18 minutes: `npm run test:cluster`/),
    ])
    expect(notRunLines(await ready("cached", options, { SANDBAR_CLUSTER: "cached" }, 18.4))).toEqual([])
  })

  test("leaves out only the real node when only that is missing", async () => {
    const { options } = machine({ built: ["control-plane"] })
    const lines = notRunLines(await ready("cached", options))
    expect(lines).toEqual([expect.stringMatching(/^NOT RUN: the cluster tests on a real node,/)])
  })
})

describe("`build`, as in npm run test:cluster", () => {
  test("builds what is missing and no more", async () => {
    const { options, done } = machine({ built: ["control-plane"] })
    expect(notRunLines(await ready("build", options))).toEqual([])
    expect(done).toEqual(["node"])
  })

  test("says why it cannot", async () => {
    const { options, done } = machine({ unbuildable: ["control-plane", "node"] })
    expect(notRunLines(await ready("build", options))).toEqual(["NOT RUN: the cluster suite, because no Go."])
    expect(done).toEqual([])
  })

  test("does not build what the machine could not run", async () => {
    const { options, done } = machine({ never: ["node"] })
    expect(notRunLines(await ready("build", options))).toEqual([
      "NOT RUN: the cluster tests on a real node, because never.",
    ])
    expect(done).toEqual(["control-plane"])
  })

  test("says when a build fails", async () => {
    const { options } = machine({})
    const lines = notRunLines(await ready("build", { ...options, build: async () => 1 }))
    expect(lines).toEqual([
      "NOT RUN: the cluster suite, because its programs could not be built, for the reason above.",
    ])
  })
})

describe("SANDBAR_CLUSTER", () => {
  test("has the last word", async () => {
    const { options, done } = machine({})
    await ready("cached", options, { SANDBAR_CLUSTER: "build" })
    expect(done).toEqual(["control-plane", "node"])
    expect((await ready("build", options, { SANDBAR_CLUSTER: "off" })).suite).toBe("SANDBAR_CLUSTER is off.")
  })

  test("of another value is refused with the list", async () => {
    const wrong = ready("build", machine({}).options, { SANDBAR_CLUSTER: "yes" })
    await expect(wrong).rejects.toThrow("SANDBAR_CLUSTER=yes: it is one of off, cached, build.")
  })
})
