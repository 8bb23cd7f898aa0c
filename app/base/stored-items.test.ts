import * as v from "valibot"
import { beforeEach, expect, test, vi } from "vitest"
import { makeStoredItems } from "./stored-items.ts"

const make = (start: `sandbar.${string}/` = "sandbar.box/a:1/") =>
  makeStoredItems({ start, version: 1, schema: v.object({ text: v.string() }) })

beforeEach(() => localStorage.clear())

test("items outlive a reload, each by its id", () => {
  make().put("x", { text: "one" })
  make().put("y", { text: "two" })
  make().put("x", { text: "three" })
  expect(Object.fromEntries(make().all())).toEqual({ x: { text: "three" }, y: { text: "two" } })
  make().remove("x")
  expect([...make().all().keys()]).toEqual(["y"])
})

test("what belongs to others is not seen, not even where one name begins with another", () => {
  make("sandbar.box/a:10/").put("x", { text: "one" })
  expect(make().all().size).toBe(0)
})

test("an item that cannot be read is left out and left where it is", () => {
  localStorage.setItem("sandbar.box/a:1/x.v1", "{broken")
  localStorage.setItem("sandbar.box/a:1/y.v1", '{"text":4}')
  make().put("z", { text: "fine" })
  expect([...make().all().keys()]).toEqual(["z"])
  expect(localStorage.getItem("sandbar.box/a:1/x.v1")).toBe("{broken")
})

test("a browser that refuses says so, and nothing throws", () => {
  const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError")
  })
  expect(make().put("x", { text: "one" })).toEqual({ kept: false })
  full.mockRestore()
  const none = makeStoredItems({ start: "sandbar.box/", version: 1, schema: v.string(), storage: undefined })
  expect([none.put("x", "one"), none.all().size]).toEqual([{ kept: false }, 0])
})

test("another tab's change to an item is heard, to anything else not, and nothing after the stop", () => {
  const listener = vi.fn()
  const stop = make().subscribe(listener)
  const change = (key: string | null) => window.dispatchEvent(new StorageEvent("storage", { key }))
  change("sandbar.box/a:1/x.v1")
  change("sandbar.other.v1")
  expect(listener).toHaveBeenCalledTimes(1)
  change(null)
  stop()
  change("sandbar.box/a:1/x.v1")
  expect(listener).toHaveBeenCalledTimes(2)
})
