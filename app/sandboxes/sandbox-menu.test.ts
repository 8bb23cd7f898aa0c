import { describe, expect, test } from "vitest"
import type { Failure, Sandbox } from "../../shared/sandboxes.ts"
import { aSandbox, startMs } from "../../tests/fakes/sandbox-api.ts"
import { sandboxMenu, secondsToMorning } from "./sandbox-menu.ts"
import type { Sandboxes } from "./sandboxes-context.ts"

const sandboxes = { now: () => startMs } as Sandboxes
const menuOf = (more: Partial<Sandbox>) =>
  sandboxMenu(sandboxes, aSandbox(more), () => undefined).map(({ label }) => label)
const failedBy = (...remedies: Failure["remedies"]): Partial<Sandbox> => ({
  state: "failed",
  failure: { code: "clone", step: "cloning", sentence: "It does not start.", remedies, details: "" },
})

describe("the menu has what makes sense now, and nothing else", () => {
  test("a start that began from nothing is cancelled; there is nothing of it to keep or to delete", () => {
    expect(menuOf({ state: "starting", isFresh: true })).toEqual(["Cancel", "Details", "Rename"])
  })
  test("a start with somebody's data in it is stopped or deleted", () => {
    const items = ["Stop starting", "Details", "Rename", "Delete"]
    expect(menuOf({ state: "starting", isFresh: false })).toEqual(items)
  })
  test("what failed and never ran has no name worth changing, and is tried again only where that may help", () => {
    expect(menuOf({ ...failedBy("edit", "delete"), isFresh: true })).toEqual(["Details", "Delete"])
    expect(menuOf({ ...failedBy("retry", "edit"), isFresh: true })).toEqual([
      "Try again",
      "Details",
      "Delete",
    ])
  })
  test("what failed after it ran keeps its name, its data and the way back", () => {
    const items = ["Try again", "Details", "Rename", "Delete"]
    expect(menuOf({ ...failedBy("retry"), isFresh: false })).toEqual(items)
    expect(menuOf({ state: "failed", failure: null, isFresh: false })).toEqual(items)
  })
  test("what sleeps is woken, and what is on its way out is left alone", () => {
    expect(menuOf({ state: "stopped" })).toEqual(["Wake", "Details", "Rename", "Delete"])
    expect(menuOf({ state: "stopping" })).toEqual(["Details", "Rename", "Delete"])
    expect(menuOf({ state: "deleting" })).toEqual(["Details"])
  })
})

test("until tomorrow is until nine in the morning of the next day, also at the end of a month", () => {
  expect(secondsToMorning(new Date(2026, 0, 31, 22, 0))).toBe(11 * 3_600)
  expect(secondsToMorning(new Date(2026, 0, 31, 0, 30))).toBe(32.5 * 3_600)
})
