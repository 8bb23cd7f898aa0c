import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type LinkTabs, makeLinkTabs } from "../../tests/fakes/link-tabs.ts"

const once = ["fetch", "merge"]
/** A new stream: at the greeting, and when it is sure that everything from then on is told. */
const caughtUp = [...once, ...once]

let tabs: LinkTabs
beforeEach(() => {
  tabs = makeLinkTabs()
})
afterEach(() => tabs.close())

describe("tabs on one server", () => {
  test("share one stream: every tab is live and gets every event, in order", async () => {
    const [a, b, c] = await tabs.openMany(3)
    await tabs.goLive()
    expect(tabs.opened()).toBe(1)
    expect([a, b, c].map((tab) => tab.link.state())).toEqual(["live", "live", "live"])
    for (let n = 0; n < 50; n++) tabs.send(`ses_${n}`)
    await tabs.pass(100)
    const all = Array.from({ length: 50 }, (_, n) => `ses_${n}`)
    for (const tab of [a, b, c]) expect(tab.seen()).toEqual(all)
    expect(tabs.opened()).toBe(1)
  })

  test("one that comes later fetches first and then follows; the others do not fetch again", async () => {
    const [a] = await tabs.openMany(1)
    await tabs.goLive()
    tabs.send("ses_before")
    await tabs.pass(100)
    const b = await tabs.open()
    expect(b.link.state()).toBe("live")
    tabs.send("ses_after")
    await tabs.pass(100)
    expect(b.log).toEqual([...once, "ses_after"])
    expect(a.log).toEqual([...caughtUp, "ses_before", "ses_after"])
    expect(tabs.opened()).toBe(1)
  })

  test("a heartbeat of the server is a sign of life for all of them", async () => {
    const [, b] = await tabs.openMany(2)
    await tabs.goLive()
    for (let n = 0; n < 3; n++) {
      await tabs.pass(10_000)
      tabs.beat()
    }
    expect(b.link.state()).toBe("live")
    expect(tabs.opened()).toBe(1)
  })

  test("trouble and recovery are the same in all of them, and each fetches what it missed once", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    tabs.cut()
    await tabs.pass(50)
    for (const tab of [a, b])
      expect([tab.link.state(), tab.link.reason()]).toEqual([
        "retrying",
        "The server ended the connection. Trying again.",
      ])
    await tabs.pass(500)
    await tabs.goLive()
    for (const tab of [a, b]) {
      expect(tab.link.state()).toBe("live")
      expect(tab.log).toEqual([...caughtUp, ...caughtUp])
    }
  })

  test("when the server forgets what it held in memory, every tab fetches anew", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    tabs.sendEvent("server.instance.disposed", { directory: "/repo" })
    await tabs.pass(100)
    for (const tab of [a, b]) expect(tab.log.filter((entry) => entry === "fetch")).toHaveLength(3)
  })

  test("nothing is posted while nobody listens, and a tab that comes then misses nothing", async () => {
    await tabs.openMany(1)
    await tabs.goLive()
    const heard = tabs.eavesdrop()
    for (let n = 0; n < 5; n++) tabs.send(`ses_${n}`)
    await tabs.pass(100)
    expect(heard.data()).toEqual([])
    const b = await tabs.open()
    tabs.send("ses_new")
    await tabs.pass(100)
    expect(b.log).toEqual([...once, "ses_new"])
    expect(heard.data()).toHaveLength(1)
    b.dispose()
    await tabs.pass(50)
    tabs.send("ses_unheard")
    await tabs.pass(100)
    expect(heard.data()).toHaveLength(1)
  })

  test("duplicates and events of other directories do not travel", async () => {
    const [, b] = await tabs.openMany(2)
    await tabs.goLive()
    const heard = tabs.eavesdrop()
    tabs.send("ses_other", "/elsewhere")
    tabs.sendEvent("sync", {})
    tabs.send("ses_ours")
    await tabs.pass(100)
    expect(b.seen()).toEqual(["ses_ours"])
    expect(heard.data().join()).not.toMatch(/elsewhere|"sync"/)
  })
})

describe("tabs that must not share", () => {
  test("with different passwords each has its own stream and hears nothing of the other", async () => {
    const a = await tabs.open({ room: "x credential-1" })
    const b = await tabs.open({ room: "x credential-2" })
    await tabs.goLive()
    expect(tabs.opened()).toBe(2)
    tabs.send("ses_a", "/repo", a)
    await tabs.pass(100)
    expect([a.seen(), b.seen()]).toEqual([["ses_a"], []])
  })

  test("where the browser has no locks each has its own stream", async () => {
    const a = await tabs.open({ alone: true })
    const b = await tabs.open({ alone: true })
    await tabs.goLive()
    expect(tabs.opened()).toBe(2)
    expect([a.link.state(), b.link.state()]).toEqual(["live", "live"])
  })
})

test("a page that the browser puts away holds no stream, also where it shares with nobody, and opens one when it is back", async () => {
  const a = await tabs.open({ alone: true })
  await tabs.goLive()
  a.window.dispatchEvent(new Event("pagehide"))
  await tabs.pass(30_000)
  expect([tabs.streaming(), tabs.opened(), a.link.state()]).toEqual([0, 1, "connecting"])
  a.window.dispatchEvent(new Event("pageshow"))
  await tabs.pass(50)
  await tabs.goLive()
  expect(a.link.state()).toBe("live")
  expect(a.log).toEqual([...caughtUp, ...caughtUp])
})

describe("the holder goes", () => {
  test.each([
    "leaves for another server",
    "crashes",
    "goes into the page cache",
    "is frozen with notice",
  ] as const)(
    "it %s: the next tab opens a stream at once and everybody fetches what was missed",
    async (how) => {
      const [a, b, c] = await tabs.openMany(3)
      await tabs.goLive()
      if (how === "leaves for another server") a.dispose()
      if (how === "crashes") a.crash()
      if (how === "goes into the page cache") a.window.dispatchEvent(new Event("pagehide"))
      if (how === "is frozen with notice") a.document.dispatchEvent(new Event("freeze"))
      await tabs.pass(50)
      expect(tabs.opened()).toBe(2)
      await tabs.goLive()
      tabs.send("ses_later")
      await tabs.pass(100)
      for (const tab of [b, c]) {
        expect(tab.link.state()).toBe("live")
        expect(tab.log).toEqual([...caughtUp, ...caughtUp, "ses_later"])
      }
      expect(a.seen()).toEqual([])
      expect(tabs.streaming()).toBe(1)
    },
  )

  test("a tab that comes back out of the page cache follows whoever holds it now", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    a.window.dispatchEvent(new Event("pagehide"))
    await tabs.pass(50)
    await tabs.goLive()
    tabs.send("ses_missed")
    await tabs.pass(100)
    a.window.dispatchEvent(new Event("pageshow"))
    await tabs.pass(100)
    tabs.send("ses_later")
    await tabs.pass(100)
    expect(a.link.state()).toBe("live")
    expect(a.log).toEqual([...caughtUp, ...once, "ses_later"])
    expect(b.seen()).toEqual(["ses_missed", "ses_later"])
    expect(tabs.streaming()).toBe(1)
  })
})

describe("the holder does not answer", () => {
  test("a tab that comes takes over after 2 s; the old holder, awake again, closes its stream and follows", async () => {
    const [a] = await tabs.openMany(1)
    await tabs.goLive()
    a.freeze()
    const b = await tabs.open()
    expect(b.link.state()).toBe("connecting")
    await tabs.pass(2_500)
    await tabs.goLive()
    expect(b.link.state()).toBe("live")
    a.thaw()
    await tabs.pass(100)
    tabs.send("ses_later")
    await tabs.pass(100)
    expect(tabs.streaming()).toBe(1)
    for (const tab of [a, b]) {
      expect(tab.link.state()).toBe("live")
      expect(tab.seen()).toEqual(["ses_later"])
    }
    // Nobody wants it back.
    await tabs.pass(9_000)
    expect(tabs.opened()).toBe(2)
  })

  test("a silence that is longer than a heartbeat is doubted, and 2 s later the tab takes over", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    a.freeze()
    await tabs.pass(12_500)
    expect(tabs.opened()).toBe(1)
    await tabs.pass(3_000)
    await tabs.goLive()
    expect(tabs.opened()).toBe(2)
    expect(b.link.state()).toBe("live")
  })

  test("a hidden tab leaves it to one that somebody looks at, and looks itself when it is shown", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    b.document.hidden = true
    a.freeze()
    await tabs.pass(30_000)
    expect(tabs.opened()).toBe(1)
    b.document.hidden = false
    b.document.dispatchEvent(new Event("visibilitychange"))
    await tabs.pass(2_500)
    expect(tabs.opened()).toBe(2)
  })

  test("a tab that is opened in the background waits until somebody looks at it", async () => {
    const [a] = await tabs.openMany(1)
    await tabs.goLive()
    a.freeze()
    const b = await tabs.open({ hidden: true })
    await tabs.pass(10_000)
    expect(tabs.opened()).toBe(1)
    b.document.hidden = false
    b.document.dispatchEvent(new Event("visibilitychange"))
    await tabs.pass(2_500)
    expect(tabs.opened()).toBe(2)
  })

  test("a hidden holder, whose timers are late, does what is due when a tab that is shown asks", async () => {
    const [a, b] = await tabs.openMany(2)
    await tabs.goLive()
    a.document.hidden = true
    a.stopTimers()
    tabs.greetAtOnce()
    // The stream dies without a word.
    await tabs.pass(40_000)
    expect(b.link.state()).toBe("live")
    expect(tabs.opened()).toBe(2)
    expect(a.streams()).toBe(1)
  })

  test("a retry that it does not answer makes the tab take over and try, also after a refusal", async () => {
    const [a, b] = await tabs.openMany(2)
    tabs.refuse("The server needs a password.")
    tabs.cut()
    await tabs.pass(600)
    expect([a, b].map((tab) => tab.link.state())).toEqual(["refused", "refused"])
    tabs.refuse(undefined)
    a.freeze()
    const before = tabs.opened()
    b.link.retryNow()
    await tabs.pass(2_500)
    await tabs.goLive()
    expect(b.link.state()).toBe("live")
    expect(tabs.opened()).toBe(before + 1)
  })
})

describe("asking the holder", () => {
  test("retrying in a tab that follows makes the holder try, once for all of them", async () => {
    const [a, b, c] = await tabs.openMany(3)
    await tabs.goLive()
    tabs.fail("down")
    tabs.cut()
    await tabs.pass(40_000)
    tabs.fail(undefined)
    const before = tabs.opened()
    b.link.retryNow()
    c.link.retryNow()
    await tabs.pass(50)
    await tabs.goLive()
    expect([a, b, c].map((tab) => tab.link.state())).toEqual(["live", "live", "live"])
    expect(tabs.opened()).toBe(before + 1)
  })

  test("looking at a tab after a sleep makes the holder doubt a stream that missed a heartbeat", async () => {
    const [, b] = await tabs.openMany(2)
    await tabs.goLive()
    await tabs.pass(14_000)
    b.window.dispatchEvent(new Event("focus"))
    await tabs.pass(50)
    await tabs.goLive()
    expect(tabs.opened()).toBe(2)
    expect(b.link.state()).toBe("live")
  })

  test("a refusal is said in every tab and asked again by nobody, not even when the holder goes", async () => {
    const [a, b] = await tabs.openMany(2)
    tabs.refuse("a:1 is not allowed.")
    tabs.cut()
    await tabs.pass(600)
    for (const tab of [a, b])
      expect([tab.link.state(), tab.link.reason()]).toEqual(["refused", "a:1 is not allowed."])
    const before = tabs.tried()
    await tabs.pass(30_000)
    a.dispose()
    await tabs.pass(30_000)
    expect(b.link.state()).toBe("refused")
    expect(tabs.tried()).toBe(before)
  })

  test("a refusal survives a holder that hangs and comes back, without anybody asking again", async () => {
    const [a] = await tabs.openMany(2)
    tabs.refuse("a:1 is not allowed.")
    tabs.cut()
    await tabs.pass(600)
    const before = tabs.tried()
    a.freeze()
    await tabs.pass(16_000)
    a.thaw()
    await tabs.pass(5_000)
    expect([a.link.state(), tabs.tried()]).toEqual(["refused", before])
  })

  test("a page that is opened anew asks again what was refused", async () => {
    const [a] = await tabs.openMany(1)
    tabs.refuse("Sign in again.")
    tabs.cut()
    await tabs.pass(600)
    expect(a.link.state()).toBe("refused")
    tabs.refuse(undefined)
    const b = await tabs.open()
    await tabs.goLive()
    expect([a.link.state(), b.link.state()]).toEqual(["live", "live"])
  })
})

test("a message that got lost is a gap: the tab fetches anew and doubles nothing", async () => {
  const [, b] = await tabs.openMany(2)
  await tabs.goLive()
  b.deafen(true)
  tabs.send("ses_lost")
  await tabs.pass(100)
  b.deafen(false)
  tabs.send("ses_next")
  await tabs.pass(200)
  tabs.send("ses_later")
  await tabs.pass(100)
  expect(b.link.state()).toBe("live")
  expect(b.log).toEqual([...caughtUp, ...once, "ses_later"])
  expect(tabs.opened()).toBe(1)
})

test("a lost message that nothing follows is noticed when somebody looks", async () => {
  const [, b] = await tabs.openMany(2)
  await tabs.goLive()
  b.deafen(true)
  tabs.send("ses_lost")
  await tabs.pass(100)
  b.deafen(false)
  b.window.dispatchEvent(new Event("focus"))
  await tabs.pass(100)
  expect(b.log).toEqual([...caughtUp, ...once])
  expect(b.view()).toEqual(["ses_lost"])
})

test("a tab that leaves in the middle of things says nothing afterwards", async () => {
  const [a] = await tabs.openMany(2)
  await tabs.goLive()
  a.whenSeen("ses_last", a.dispose)
  tabs.send("ses_last")
  // This one applies what waits at once, while its own message to the others is still being collected.
  tabs.sendEvent("server.instance.disposed", { directory: "/repo" })
  await tabs.pass(200)
  expect(tabs.opened()).toBe(2)
})

test("no tab leaves anything behind", async () => {
  const [a, b] = await tabs.openMany(2)
  await tabs.goLive()
  a.dispose()
  b.dispose()
  await tabs.pass(30_000)
  expect(tabs.streaming()).toBe(0)
  expect(tabs.clock.pending()).toBe(0)
})
