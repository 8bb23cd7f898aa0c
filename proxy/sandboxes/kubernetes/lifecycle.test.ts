import { expect, test, vi } from "vitest"
import { makeNamespace } from "../../../tests/fakes/kubernetes-namespace.ts"
import { recordKey, storedSandbox } from "../../../tests/fakes/kubernetes-record.ts"
import { podTemplate } from "../../../tests/fakes/test-template.ts"
import { markOf } from "./fresh.ts"
import { makeLifecycle } from "./lifecycle.ts"

const record = { ...storedSandbox, ownerName: "a-b@x.y" }

// `a.b@x.y` and `a-b@x.y` have one name there, and the pod would hold the other one's git credentials.
test("another person's namespace: nothing is made in it, and it is not even watched", async () => {
  const asked: string[] = []
  const api = new Proxy(
    { readNamespace: async () => ({ metadata: { annotations: { owner: "a.b@x.y" } } }) },
    {
      get: (known, name) => {
        asked.push(String(name))
        return Reflect.get(known, name)
      },
    },
  )
  const deps = {
    api,
    store: { placeOf: () => undefined },
    key: new Uint8Array(32),
    now: () => 0,
    openNamespace: async () => void asked.push("openNamespace"),
  }
  const { ensure } = makeLifecycle(deps as unknown as Parameters<typeof makeLifecycle>[0])
  const template = podTemplate("kubeflow-{user}")
  await expect(ensure(record, template)).rejects.toMatchObject({
    code: "sandbox.refused",
    detail: "The namespace kubeflow-a-b-x-y belongs to somebody else.",
  })
  expect(asked).toEqual(["readNamespace"])
})

const roundTrip = 10

test("a start takes seven round trips: what need not wait for each other does not", async () => {
  vi.useFakeTimers()
  try {
    const steps: string[][] = []
    const takes = (what: string, answer?: object) => {
      const at = Date.now() / roundTrip
      steps[at] = [...(steps[at] ?? []), what].sort()
      return new Promise((resolve) => setTimeout(resolve, roundTrip, answer))
    }
    vi.setSystemTime(0)
    const api = {
      read: ({ resource }: { resource: string }) => takes(`get ${resource}`),
      create: (kind: string, _: string, body: object, options?: { dryRun: boolean }) =>
        takes(`${options?.dryRun ? "try" : "create"} ${kind}`, body),
      apply: ({ resource }: { resource: string }, body: object) => takes(`apply ${resource}`, body),
      merge: ({ resource }: { resource: string }, patch: object) => takes(`merge ${resource}`, patch),
    }
    const store = { placeOf: () => undefined, learn: () => undefined }
    const key = new Uint8Array(32)
    const deps = { api, store, key, now: () => 0, openNamespace: async () => undefined }
    const { ensure } = makeLifecycle(deps as unknown as Parameters<typeof makeLifecycle>[0])
    const done = ensure(record, podTemplate("team-a"))
    await vi.runAllTimersAsync()
    await done
    expect(steps.map((each) => each.join(", "))).toEqual([
      "get statefulsets",
      "get persistentvolumeclaims",
      "try persistentvolumeclaims, try pods",
      "create persistentvolumeclaims",
      "create statefulsets",
      "apply leases, apply services, apply statefulsets, create secrets",
      "merge statefulsets",
    ])
  } finally {
    vi.useRealTimers()
  }
})

function inNamespace() {
  const its = makeNamespace()
  const { api, store } = its
  const options = { key: recordKey, now: () => 0, openNamespace: async () => undefined }
  return { ...its, ...makeLifecycle({ api, store, ...options }) }
}

test("a new sandbox is fresh, and one that is woken after somebody deleted all of it is not", async () => {
  const its = inNamespace()
  await its.ensure(storedSandbox, podTemplate("team-a"))
  expect(markOf(its.claim())).toBe("true")
  for (const what of ["statefulsets", "leases", "services", "secrets"]) its.drop(what, storedSandbox.id)
  its.drop("persistentvolumeclaims", `${storedSandbox.id}-data`)
  await its.wake(storedSandbox.id, podTemplate("team-a"))
  expect([its.claim() !== undefined, markOf(its.claim())]).toEqual([true, undefined])
})

test.each(["with", "without"])(
  "one that was cancelled is not woken but being deleted, %s its StatefulSet",
  async (how) => {
    const its = inNamespace()
    its.putClaim("cancelled")
    if (how === "with") its.putStatefulSet()
    await expect(its.wake(storedSandbox.id, podTemplate("team-a"))).rejects.toMatchObject({
      code: "sandbox.unavailable",
      detail: expect.stringContaining("being deleted"),
    })
    expect(its.calls.filter((call) => !call.startsWith("read"))).toEqual([])
  },
)
