import * as solid from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createDraft, draftOf, makeDraftStore, newSession, withDraft } from "./draft.ts"

beforeEach(() => localStorage.clear())
afterEach(() => document.head.replaceChildren())

/** As the page of another installation, under its own prefix, has it. */
async function draftsUnder(prefix: string) {
  document.head.innerHTML = `<base href="${prefix}">`
  vi.resetModules()
  // One Solid for all of them.
  vi.doMock("solid-js", () => solid)
  const there = await import("./draft.ts")
  return (session: string) => there.draftOf(there.makeDraftStore("local").get(), session)
}

test("a draft survives a reload, and belongs to one session of one server", () =>
  solid.createRoot((dispose) => {
    createDraft(makeDraftStore("a:1"), () => "ses_1").set("half a thought")
    const after = (server: string, session: string) =>
      createDraft(makeDraftStore(server), () => session).text()
    expect(after("a:1", "ses_1")).toBe("half a thought")
    expect(after("a:1", "ses_2")).toBe("")
    expect(after("b:1", "ses_1")).toBe("")
    dispose()
  }))

test("switching sessions switches drafts", async () => {
  await solid.createRoot(async (dispose) => {
    const [session, setSession] = solid.createSignal("ses_1")
    const draft = createDraft(makeDraftStore("a:1"), session)
    draft.set("one")
    setSession("ses_2")
    await Promise.resolve()
    expect(draft.text()).toBe("")
    draft.set("two")
    setSession("ses_1")
    await Promise.resolve()
    expect(draft.text()).toBe("one")
    dispose()
  })
})

test("a refused prompt goes back to the session it was for, above what was typed meanwhile", () =>
  solid.createRoot((dispose) => {
    const store = makeDraftStore("a:1")
    const draft = createDraft(store, () => "ses_1")
    draft.set("sent")
    expect(draft.take()).toBe("sent")
    expect(draft.text()).toBe("")
    draft.set("typed after")
    draft.putBack("ses_1", "sent")
    expect(draft.text()).toBe("sent\ntyped after")
    draft.putBack(newSession, "other")
    expect(draft.text()).toBe("sent\ntyped after")
    expect(draftOf(store.get(), newSession)).toBe("other")
    dispose()
  }))

test("the oldest drafts go first when there are too many, and an empty one takes no room", () => {
  let drafts = withDraft([], "first", "x")
  for (let index = 0; index < 50; index++) drafts = withDraft(drafts, `s${index}`, "x")
  expect(drafts).toHaveLength(50)
  expect(draftOf(drafts, "first")).toBe("")
  expect(withDraft(drafts, "s7", "")).toHaveLength(49)
})

test("a draft of one installation does not show in another of the same origin", async () => {
  makeDraftStore("local").set([{ session: newSession, text: "for the root" }])
  expect((await draftsUnder("/notebook/a/"))(newSession)).toBe("")
  expect((await draftsUnder("/"))(newSession)).toBe("for the root")
})

test("drafts of an earlier version are lost to nobody, and what belongs to no session shows once", async () => {
  const old = [
    { session: "ses_a", text: "in a" },
    { session: newSession, text: "somewhere" },
    { session: "ses_b", text: "in b" },
  ]
  localStorage.setItem("sandbar.drafts.local.v1", JSON.stringify(old))
  const inA = await draftsUnder("/notebook/a/")
  expect(["ses_a", newSession].map(inA)).toEqual(["in a", "somewhere"])
  const inB = await draftsUnder("/notebook/b/")
  expect(["ses_b", newSession].map(inB)).toEqual(["in b", ""])
  localStorage.setItem("sandbar.drafts.local.v1", JSON.stringify([{ session: "ses_a", text: "too late" }]))
  expect(inA("ses_a")).toBe("in a")
})
