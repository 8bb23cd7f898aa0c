// What can happen, as plain data that fast-check can make and shrink.

import fc from "fast-check"
import { end, reply, type Step, step, steps } from "../fakes/model-agent.ts"
import { home, type ModelServer } from "../fakes/model-server.ts"
import { serverNamed, type Tab, type World } from "./world.ts"

/** `pick` chooses the tab, the session, the ask …; `wait` is how long after it nothing else happens. */
export type Command = { kind: Kind; pick: number; wait: number }
type Kind = keyof typeof deeds

const waits = [0, 0, 1, 10, 40, 40, 200, 1_000, 15_000]

/** What a person does in a tab. */
const clicks = new Set<Kind>([
  ...([
    "open",
    "send",
    "sendFirst",
    "cancel",
    "create",
    "rename",
    "remove",
    "answer",
    "stop",
    "more",
  ] as const),
  ...(["reload", "switch", "retryNow", "reopenTab"] as const),
])

type Deed = (world: World, tab: Tab, pick: number) => void

function one<T>(all: Iterable<T>, pick: number): T | undefined {
  const list = [...all]
  return list[pick % Math.max(1, list.length)]
}

/** Mostly the latest, as in life. */
function someSession(server: ModelServer, pick: number) {
  const list = [...server.sessions.values()].reverse()
  return pick % 3 === 0 ? one(list, pick) : one(list.slice(0, 3), pick)
}

const atServer =
  (deed: (server: ModelServer, pick: number) => void): Deed =>
  (world, tab, pick) => {
    const server = pick % 11 === 0 ? world.servers[1] : world.serverOf(tab)
    if (server.up()) deed(server, pick)
  }

const work = atServer((server, pick) => {
  const busy = one(server.status.keys(), Math.floor(pick / steps.length))
  if (busy) step(server, busy, steps[pick % steps.length] ?? "delta")
})

/** The same page in a new tab, as the browser opens it again. */
function replace(world: World, tab: Tab): void {
  const next = world.openTab(world.serverOf(tab))
  next.view.show(tab.view.sessionID())
  world.tabs[world.tabs.indexOf(tab)] = next
}

/** Steps that only together lead to something. */
function several(kinds: (pick: number) => readonly Step[]): Deed {
  return atServer((server, pick) => {
    const sessionID = one(server.status.keys(), pick) ?? someSession(server, pick)?.id
    if (sessionID === undefined) return
    if (!server.status.has(sessionID)) server.prompt(sessionID, { text: `Prompt ${pick}` })
    for (const kind of kinds(pick)) step(server, sessionID, kind)
  })
}

/** A person's click: what goes wrong with it, the person is told; here it must only not break anything. */
function click(deed: Promise<unknown>): void {
  deed.catch(() => undefined)
}

const deeds = {
  work,
  write: several(() => ["text", "delta", "delta"]),
  ask: several((pick) => ["tool", pick % 3 === 0 ? "question" : "permission"]),
  createByOther: atServer(
    (server, pick) => void server.create(pick % 4 === 0 ? { directory: "/elsewhere" } : {}),
  ),
  renameByOther: atServer((server, pick) => {
    const session = someSession(server, pick)
    if (session) server.update(session, { title: `Title ${pick}` })
  }),
  deleteByOther: atServer((server, pick) => {
    const session = someSession(server, pick)
    if (session && pick % 2 === 0) server.remove(session)
  }),
  promptByOther: atServer((server, pick) => {
    const session = someSession(server, pick) ?? server.create()
    server.prompt(session.id, { text: `Prompt ${pick}` })
  }),
  answerByOther: atServer((server, pick) => {
    const ask = one([...server.permissions, ...server.questions], pick)
    if (ask) reply(server, ask.id, pick % 5 === 0 ? "reject" : "once")
  }),
  stopByOther: atServer((server, pick) => {
    const busy = one(server.status.keys(), pick)
    if (busy) end(server, busy, "abort")
  }),
  removeMessage: atServer((server, pick) => {
    const session = someSession(server, pick)
    const turn = session && one(server.turns.get(session.id) ?? [], pick)
    if (!session || !turn || server.status.has(session.id) || server.arrived.has(turn.info.id)) return
    server.turns.set(session.id, server.turns.get(session.id)?.filter((each) => each !== turn) ?? [])
    server.emit("message.removed", { sessionID: session.id, messageID: turn.info.id })
  }),
  dispose: atServer((server) => {
    server.forget()
    server.emit("server.instance.disposed", { directory: "/work/repo" }, { durable: false })
  }),

  open: (world, tab, pick) => {
    const session = someSession(world.serverOf(tab), pick)
    // Lists show none of another directory.
    if (session && session.directory !== home) return
    tab.view.show(pick % 10 === 0 ? undefined : (session?.id ?? "ses_unknown"))
  },
  send: (world, tab, pick) => {
    const sessionID = tab.view.sessionID()
    if (sessionID === undefined || tab.view.now().opened()?.state() !== "ready") return
    const messageID = tab.view.now().chat.outbox.send({ sessionID }, { text: `Sent ${pick}` })
    world.sent.push({ messageID, server: world.serverOf(tab) })
  },
  sendFirst: (world, tab, pick) => {
    const messageID = tab.view.now().chat.outbox.send(undefined, { text: `First ${pick}` })
    world.sent.push({ messageID, server: world.serverOf(tab) })
  },
  cancel: (_, tab, pick) => {
    const { outbox } = tab.view.now().chat
    const entry = one(outbox.entries(), pick)
    if (!entry) return
    // As the timeline offers it.
    if (entry.state === "sending" && tab.view.now().chat.live()) return
    outbox.cancel(entry.messageID)
  },
  create: (_, tab) =>
    click(
      tab.view
        .now()
        .chat.createSession()
        .then((session) => tab.view.show(session.id)),
    ),
  rename: (_, tab, pick) => {
    const session = one(tab.view.now().chat.sessions(), pick)
    if (session) click(tab.view.now().chat.renameSession(session.id, `Mine ${pick}`))
  },
  remove: (_, tab, pick) => {
    const session = one(tab.view.now().chat.sessions(), pick)
    if (session && pick % 3 === 0) click(tab.view.now().chat.deleteSession(session.id))
  },
  answer: (_, tab, pick) => {
    const ask = one(tab.view.now().asks.all(), pick)
    const { asks } = tab.view.now()
    if (ask?.kind === "permission")
      click(asks.replyPermission(ask.request.id, pick % 4 === 0 ? "reject" : "once"))
    if (ask?.kind === "question") click(asks.replyQuestion(ask.request.id, [["SQLite"]]))
  },
  stop: (_, tab) => {
    const id = tab.view.sessionID()
    if (id !== undefined) click(tab.view.now().chat.stop(id))
  },
  more: (_, tab) => {
    click(tab.view.now().opened()?.loadEarlier() ?? Promise.resolve())
    click(tab.view.now().chat.loadMoreSessions())
  },
  reload: (_, tab) => tab.view.now().chat.reload(),
  switch: (world, tab) => {
    const next = world.servers.find((server) => server !== world.serverOf(tab))
    if (next) tab.view.switchTo(serverNamed(next.url))
  },
  retryNow: (_, tab) => tab.view.now().connection.link.retryNow(),

  cut: (_, tab, pick) => tab.network.cut(pick % 2 === 0),
  close: (_, tab) => tab.network.close(),
  stall: (_, tab) => tab.network.stall(),
  repeat: (_, tab) => tab.network.repeat(),
  gateway: (_, tab, pick) => tab.network.trouble("gateway", pick % 20_000),
  unreachable: (_, tab, pick) => tab.network.trouble("unreachable", pick % 20_000),
  hang: (_, tab, pick) => tab.network.trouble("hang", pick % 5_000),
  offline: (_, tab, pick) => {
    tab.online = pick % 2 === 0
    if (!tab.online) tab.network.cut(false)
    tab.network.trouble("unreachable", tab.online ? 0 : 20_000)
    if (tab.online) tab.wake.window.dispatchEvent(new Event("online"))
  },
  sleep: (world, tab, pick) => {
    if (pick % 3 !== 0) tab.network.stall()
    for (let count = 0; count < pick % 8; count++) work(world, tab, pick + 7 * count)
    world.clock.jump(30_000)
    const { window, document } = tab.wake
    if (pick % 2 === 0) document.dispatchEvent(new Event("visibilitychange"))
    if (pick % 5 === 0) window.dispatchEvent(new Event("pageshow"))
    if (pick % 7 === 0) window.dispatchEvent(new Event("focus"))
  },
  hide: (_, tab, pick) => {
    tab.wake.document.hidden = pick % 2 === 0
    tab.wake.document.dispatchEvent(new Event("visibilitychange"))
  },
  freeze: (_, tab) => tab.browser.freeze(),
  putAway: (_, tab) => {
    if (tab.away) return
    tab.wake.window.dispatchEvent(new Event("pagehide"))
    tab.away = true
    tab.browser.freeze()
  },
  thaw: (world, tab) => world.wakeUp(tab),
  crashTab: (world, tab) => {
    tab.browser.crash()
    tab.network.cut(false)
    replace(world, tab)
  },
  reopenTab: (world, tab) => {
    tab.view.close()
    replace(world, tab)
  },
  restart: (world, tab, pick) => {
    const server = world.serverOf(tab)
    server.stop()
    world.clock.after(pick % 6_000, server.start)
  },
} satisfies Record<string, Deed>

/** The more common it is in life, the more often it stands here. */
const weights: Partial<Record<Kind, number>> = {
  work: 24,
  write: 10,
  ask: 5,
  stopByOther: 4,
  promptByOther: 4,
  send: 4,
  open: 5,
  cut: 3,
}

export const command: fc.Arbitrary<Command> = fc.record(
  {
    kind: fc.oneof(
      ...(Object.keys(deeds) as Kind[]).map((kind) => ({
        arbitrary: fc.constant(kind),
        weight: weights[kind] ?? 2,
      })),
    ),
    pick: fc.nat(10_000),
    wait: fc.constantFrom(...waits),
  },
  { noNullPrototype: true },
)

export async function run(world: World, { kind, pick, wait }: Command): Promise<void> {
  const tab = world.tabs[pick % world.tabs.length] as Tab
  // Nobody clicks in a tab that does not run.
  if (clicks.has(kind)) world.wakeUp(tab)
  tab.browser.within(() => deeds[kind](world, tab, Math.floor(pick / world.tabs.length)))
  await world.clock.advance(wait)
}
