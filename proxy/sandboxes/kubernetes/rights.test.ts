import { expect, test } from "vitest"
import { findMissingRights, sentenceOf, tableOf } from "./rights.ts"
import { neededRights, shippedRights } from "./rights-table.ts"

test("each missing right is found, and told as one table and one sentence", async () => {
  const denied = new Set(["apps/statefulsets/patch", "apps/statefulsets/watch", "/pods/log/get"])
  const api = {
    may: async (_: string, group: string, resource: string, verb: string) =>
      !denied.has(`${group}/${resource}/${verb}`),
  }
  const missing = await findMissingRights(api, "team-a", neededRights)
  expect(tableOf(missing).split("\n")).toEqual([
    "NAMESPACE  RESOURCE           MISSING VERBS",
    "team-a     statefulsets.apps  watch, patch",
    "team-a     pods/log           get",
  ])
  expect(sentenceOf(missing, ["team-a"])).toBe(
    "Sandbar lacks rights in the namespace team-a: watch, patch on statefulsets.apps, and 1 more (see the log). An operator has to give them.",
  )
})

test("a right that Sandbar can do without is in the table, with what is lost, and in no sentence", async () => {
  const api = { may: async (_: string, group: string) => group !== "metrics.k8s.io" }
  const missing = await findMissingRights(api, "team-a", shippedRights)
  expect(tableOf(missing).split("\n")).toEqual([
    "NAMESPACE  RESOURCE             MISSING VERBS",
    "team-a     pods.metrics.k8s.io  list (optional: without it CPU and memory are not shown)",
  ])
  expect(sentenceOf(missing, ["team-a"])).toBeUndefined()
  const needed = { namespace: "team-a", resource: "pods", verbs: ["list"] }
  expect(sentenceOf([...missing, needed], ["team-a"])).toBe(
    "Sandbar lacks rights in the namespace team-a: list on pods. An operator has to give them.",
  )
})

test("nothing is said as long as there is a namespace with all rights", () => {
  const missing = [{ namespace: "team-a", resource: "pods", verbs: ["list"] }]
  expect(sentenceOf(missing, ["team-a", "team-b"])).toBeUndefined()
  expect(sentenceOf([], ["team-a"])).toBeUndefined()
  expect(sentenceOf([], [])).toBeUndefined()
})

test("secrets cannot be listed, nothing is executed, and nothing is asked for twice", () => {
  const names = shippedRights.map(({ apiGroup, resource }) => `${apiGroup}/${resource}`)
  expect(new Set(names).size).toBe(names.length)
  const secrets = neededRights.find(({ resource }) => resource === "secrets")
  expect(secrets?.verbs).not.toContain("list")
  expect(names.some((name) => name.includes("exec"))).toBe(false)
  for (const { verbs } of shippedRights) expect(verbs).not.toContain("*")
})
