import fc from "fast-check"
import { expect, test } from "vitest"
import { type LinkTab, type LinkTabs, makeLinkTabs } from "../../tests/fakes/link-tabs.ts"

/** How often; more by TAB_RUNS. */
const numRuns = Number(process.env.TAB_RUNS ?? 8)

type World = { tabs: LinkTabs; alive: LinkTab[]; events: number }
type Act = { name: string; run: (world: World) => Promise<void> | void }

const onTab = (name: string, run: (tab: LinkTab, world: World) => void) =>
  fc.nat(9).map((at): Act => {
    const pick = (world: World) => {
      const tab = world.alive[at % Math.max(1, world.alive.length)]
      if (tab) run(tab, world)
    }
    return { name: `${name} ${at}`, run: pick }
  })
const gone = (tab: LinkTab, world: World) => {
  world.alive = world.alive.filter((one) => one !== tab)
}
const send = (world: World) => world.tabs.send(`ses_${world.events++}`)

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ name: "event", run: send }) },
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 1, max: 6_000 })
      .map((ms) => ({ name: `pass ${ms}`, run: (w: World) => w.tabs.pass(ms) })),
  },
  {
    weight: 3,
    arbitrary: fc.constant({
      name: "open",
      run: async (world: World) => {
        if (world.alive.length < 4) world.alive.push(await world.tabs.open())
      },
    }),
  },
  { weight: 2, arbitrary: fc.constant({ name: "cut", run: (world: World) => world.tabs.cut() }) },
  onTab("close", (tab, world) => {
    gone(tab, world)
    tab.dispose()
  }),
  onTab("crash", (tab, world) => {
    gone(tab, world)
    tab.crash()
  }),
  onTab("freeze", (tab) => tab.freeze()),
  onTab("thaw", (tab) => tab.thaw()),
  onTab("put into the page cache", (tab) => void tab.window.dispatchEvent(new Event("pagehide"))),
  onTab("take out of the page cache", (tab) => void tab.window.dispatchEvent(new Event("pageshow"))),
  onTab("deafen", (tab) => tab.deafen(true)),
  onTab("hear again", (tab) => tab.deafen(false)),
  onTab("hide", (tab) => {
    tab.document.hidden = true
  }),
  onTab("look at", (tab) => {
    tab.document.hidden = false
    tab.document.dispatchEvent(new Event("visibilitychange"))
  }),
  onTab("retry", (tab) => tab.link.retryNow()),
  { weight: 1, arbitrary: fc.constant({ name: "down", run: (world: World) => world.tabs.fail("down") }) },
  { weight: 1, arbitrary: fc.constant({ name: "up", run: (world: World) => world.tabs.fail(undefined) }) },
)

test(
  "whatever tabs, server and network do: in the end one stream is open and every tab shows what happened",
  async () => {
    const acts = fc
      .array(act, { maxLength: 16 })
      .map((list) => ({ list, toString: () => list.map(({ name }) => name).join(", ") }))
    await fc.assert(
      fc.asyncProperty(acts, async ({ list }) => {
        const tabs = makeLinkTabs()
        try {
          tabs.greetAtOnce()
          const world: World = { tabs, alive: [await tabs.open(), await tabs.open()], events: 0 }
          for (const { run } of list) await run(world)

          tabs.fail(undefined)
          for (const tab of world.alive) {
            tab.deafen(false)
            tab.thaw()
            tab.document.hidden = false
            tab.window.dispatchEvent(new Event("pageshow"))
          }
          // The longest wait of a link that was down is 30 s, the longest silence of a holder 16 s.
          for (let n = 0; n < 4; n++) {
            await tabs.pass(9_000)
            tabs.beat()
            send(world)
          }
          await tabs.pass(200)
          expect(tabs.streaming()).toBe(Math.min(1, world.alive.length))
          for (const tab of world.alive) {
            expect(tab.link.state()).toBe("live")
            expect(tab.view()).toEqual(tabs.happened().sort())
          }
        } finally {
          await tabs.close()
        }
      }),
      { numRuns },
    )
  },
  30_000 + numRuns * 5_000,
)
