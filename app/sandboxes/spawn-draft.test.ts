import { beforeEach, expect, test } from "vitest"
import { emptyDraft, makeRecentRepositories, makeSpawnDraft } from "./spawn-draft.ts"

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

test("a draft is there again after a reload", () => {
  makeSpawnDraft().set({ ...emptyDraft, repository: "https://git.test/a/b", name: "mine" })
  expect(makeSpawnDraft().get()).toMatchObject({ repository: "https://git.test/a/b", name: "mine" })
})

test("a token in a pasted address is written nowhere", () => {
  makeSpawnDraft().set({ ...emptyDraft, repository: "https://me:ghp_secret@git.test/a/b", name: "mine" })
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("ghp_secret")
  expect(makeSpawnDraft().get().name).toBe("mine")
})

test("the last eight repositories are offered again, the newest first and each once", () => {
  const recent = makeRecentRepositories()
  for (let count = 1; count <= 9; count++) recent.add(`https://git.test/a/${count}`)
  recent.add("https://git.test/a/5")
  expect(makeRecentRepositories().all()).toEqual(
    [5, 9, 8, 7, 6, 4, 3, 2].map((n) => `https://git.test/a/${n}`),
  )
})
