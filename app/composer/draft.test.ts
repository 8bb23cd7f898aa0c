import { createRoot, createSignal } from "solid-js"
import { beforeEach, expect, test } from "vitest"
import { createDraft, draftOf, makeDraftStore, newSession, withDraft } from "./draft.ts"

beforeEach(() => localStorage.clear())

test("a draft survives a reload, and belongs to one session of one server", () =>
  createRoot((dispose) => {
    createDraft(makeDraftStore("a:1"), () => "ses_1").set("half a thought")
    const after = (server: string, session: string) =>
      createDraft(makeDraftStore(server), () => session).text()
    expect(after("a:1", "ses_1")).toBe("half a thought")
    expect(after("a:1", "ses_2")).toBe("")
    expect(after("b:1", "ses_1")).toBe("")
    dispose()
  }))

test("switching sessions switches drafts", async () => {
  await createRoot(async (dispose) => {
    const [session, setSession] = createSignal("ses_1")
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
  createRoot((dispose) => {
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
