import { expect, test } from "vitest"
import { recordKey as key, storedSandbox as record, stored } from "../../../tests/fakes/kubernetes-record.ts"
import { listRecords } from "./list-records.ts"
import { labelsOf } from "./stored-record.ts"

/** Selects as the API server does. */
function listed(objects: { metadata: { labels: Record<string, string> } }[], namespaces = ["team-a"]) {
  const list = async (_: string, __: string, selector: string) =>
    objects.filter(({ metadata }) =>
      selector.split(",").every((each) => {
        const [name = "", value] = each.split("=")
        return metadata.labels[name] === value
      }),
    ) as never
  return listRecords({ api: { list }, key, namespaces })
}

// Whoever may write to the namespace could have more sandboxes than the quota says.
test("a quota dodged by a changed label: the seal says whose a sandbox is", async () => {
  const labels = { ...labelsOf(record), "sandbar/owner": "fedcba9876543210" }
  expect(await listed([stored({ labels })])).toEqual([record])
})

test("a sandbox counts once, also where its namespace is asked for with all others and by itself", async () => {
  expect(await listed([stored()], ["", "team-a"])).toEqual([record])
})

test("what is being deleted, or was not made by us, does not count", async () => {
  expect(await listed([stored({ deletionTimestamp: "2026-03-01T12:00:00Z" })])).toEqual([])
  expect(await listed([stored({ annotations: {} })])).toEqual([])
})
