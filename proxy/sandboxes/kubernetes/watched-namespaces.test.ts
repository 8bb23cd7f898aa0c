import { describe, expect, test } from "vitest"
import { podTemplate } from "../../../tests/fakes/test-template.ts"
import { makeLog } from "../../log.ts"
import { makeWatchedNamespaces } from "./watched-namespaces.ts"
import type { Lease } from "./wire.ts"

/** What two replicas share are the Leases. */
function world(names: string[], mayAll = false, leases: Lease[] = []) {
  const watched = new Set<string>()
  const namespaces = makeWatchedNamespaces({
    api: {
      may: async (namespace: string) => mayAll && namespace === "",
      list: async () => leases as never,
      create: async (_: string, __: string, body: Lease) => {
        leases.push(body)
        return body as never
      },
    } as never,
    store: {
      watch: async (namespace) => watched.add(namespace),
      isWatched: (namespace) => watched.has("") || watched.has(namespace),
      namespaces: () => [...watched],
    },
    templates: () => names.map(podTemplate),
    home: () => "sandbar",
    log: makeLog({ format: "json", level: "silent" }),
  })
  return { watched, namespaces, leases }
}

describe("the namespaces that are watched", () => {
  test("are those that templates name outright, also after a reload", async () => {
    const names = ["team-a"]
    const { watched, namespaces } = world(names)
    await namespaces.open()
    names.push("team-b")
    await namespaces.open()
    expect([...watched]).toEqual(["team-a", "team-b"])
  })

  test("are all at once, for a pattern, where the cluster allows it", async () => {
    const { watched, namespaces, leases } = world(["team-a", "kubeflow-{user}"], true)
    await namespaces.open()
    await namespaces.enter("kubeflow-ada")
    expect(watched.has("")).toBe(true)
    expect(leases).toEqual([])
  })

  test("are otherwise those in which a sandbox was made, known to a restarted replica too", async () => {
    const first = world(["kubeflow-{user}"])
    await first.namespaces.open()
    expect([...first.watched]).toEqual([])
    await first.namespaces.enter("kubeflow-ada")
    await first.namespaces.enter("kubeflow-ada")
    expect(first.leases).toHaveLength(1)
    const second = world(["kubeflow-{user}"], false, first.leases)
    await second.namespaces.open()
    expect([...second.watched]).toEqual(["kubeflow-ada"])
  })

  test("are not so many that their open connections leave none for people", async () => {
    const { namespaces } = world(["kubeflow-{user}"])
    for (let person = 0; person < 50; person++) await namespaces.enter(`kubeflow-${person}`)
    await expect(namespaces.enter("kubeflow-one-more")).rejects.toMatchObject({ code: "sandbox.unavailable" })
    await namespaces.enter("kubeflow-7")
  })
})
