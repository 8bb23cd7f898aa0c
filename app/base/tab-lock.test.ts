import { describe, expect, test } from "vitest"
import { makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { standForLock, type TabLocks } from "./tab-lock.ts"

const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

function makeTab(locks: TabLocks) {
  const signals: AbortSignal[] = []
  const lock = standForLock("work", (lost) => signals.push(lost), locks)
  const holds = () => signals.filter((signal) => !signal.aborted).length
  return { lock, holds }
}

describe("a lock between tabs", () => {
  test("is held by one tab, and by the next when that one leaves", async () => {
    const locks = makeFakeLocks()
    const [a, b] = [makeTab(locks.tab().locks), makeTab(locks.tab().locks)]
    await settle()
    expect([a.holds(), b.holds()]).toEqual([1, 0])
    a.lock.leave()
    await settle()
    expect([a.holds(), b.holds()]).toEqual([0, 1])
  })

  test("passes on when the tab that has it crashes", async () => {
    const locks = makeFakeLocks()
    const dying = locks.tab()
    makeTab(dying.locks)
    const b = makeTab(locks.tab().locks)
    await settle()
    dying.crash()
    await settle()
    expect(b.holds()).toBe(1)
  })

  test("can be stolen; the tab that lost it hears of it and waits again", async () => {
    const locks = makeFakeLocks()
    const [a, b] = [makeTab(locks.tab().locks), makeTab(locks.tab().locks)]
    await settle()
    b.lock.steal()
    await settle()
    expect([a.holds(), b.holds()]).toEqual([0, 1])
    b.lock.leave()
    await settle()
    expect([a.holds(), b.holds()]).toEqual([1, 0])
  })

  test("a tab that left while waiting never gets it", async () => {
    const locks = makeFakeLocks()
    const [a, b, c] = [1, 2, 3].map(() => makeTab(locks.tab().locks))
    await settle()
    b?.lock.leave()
    a?.lock.leave()
    await settle()
    expect([a?.holds(), b?.holds(), c?.holds()]).toEqual([0, 0, 1])
  })

  test("a tab that left takes nothing any more", async () => {
    const locks = makeFakeLocks()
    const [a, b] = [makeTab(locks.tab().locks), makeTab(locks.tab().locks)]
    await settle()
    a.lock.leave()
    await settle()
    a.lock.steal()
    await settle()
    expect([a.holds(), b.holds()]).toEqual([0, 1])
  })

  test("stealing from oneself holds it once", async () => {
    const a = makeTab(makeFakeLocks().tab().locks)
    await settle()
    a.lock.steal()
    await settle()
    expect(a.holds()).toBe(1)
  })

  test("of a browser that refuses locks to this page is every tab's own, and asked for once", async () => {
    let asked = 0
    const request = async () => {
      asked++
      throw new DOMException("Access to the Locks API is denied in this context.", "SecurityError")
    }
    const a = makeTab({ request } as unknown as TabLocks)
    await settle()
    expect([a.holds(), asked]).toEqual([1, 1])
    a.lock.leave()
    expect(a.holds()).toBe(0)
  })
})
