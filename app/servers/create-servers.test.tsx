import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createServers } from "./create-servers.ts"
import type { Servers } from "./server-context.tsx"

const key = "sandbar.servers.v1"
const entry = { name: "Alpha", url: "http://alpha:4096", remember: false }
let dispose: () => void = () => undefined

/** One tab: its servers, and what it told the person. */
function open(activeId = "alpha:4096") {
  const notify = vi.fn((_: { text: string }) => () => undefined)
  const probe = vi.fn(async () => ({ kind: "needs-password" }) as const)
  const [active, setActive] = createSignal<string>(activeId)
  const servers = createRoot((end): Servers => {
    dispose = end
    return createServers({
      provided: [{ name: "local", url: "http://local" }],
      activeId: active,
      notify,
      probe,
    })
  })
  const said = () => notify.mock.calls.map(([notice]) => notice.text)
  return { servers, said, probe, setActive }
}
/** What the other tab wrote. */
function elsewhere(book: object) {
  localStorage.setItem(key, JSON.stringify(book))
  window.dispatchEvent(new StorageEvent("storage", { key }))
}
const ids = (servers: Servers) => servers.list().map((server) => server.id)

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(() => {
  dispose()
  vi.restoreAllMocks()
})

test("a server added in another tab appears here", () => {
  const { servers } = open()
  elsewhere({ own: [{ name: "Beta", url: "http://beta:1" }], hidden: [], credentials: {} })
  expect(ids(servers)).toEqual(["local", "beta:1"])
})

test("a change here does not undo what another tab wrote, even before its event arrived", () => {
  const { servers } = open()
  const other = { own: [{ name: "Beta", url: "http://beta:1" }], hidden: [], credentials: {} }
  localStorage.setItem(key, JSON.stringify(other))
  servers.add(entry)
  expect(ids(servers)).toEqual(["local", "beta:1", "alpha:4096"])
})

test("a full storage leaves a working list and says so", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError")
  })
  const { servers, said } = open()
  servers.add(entry)
  expect(ids(servers)).toEqual(["local", "alpha:4096"])
  expect(said()).toEqual([expect.stringContaining("did not keep the list of servers")])
})

test("a broken list is told, with the key that holds the original", () => {
  localStorage.setItem(key, "{broken")
  expect(open().said()).toEqual([expect.stringContaining(`${key}.broken`)])
})

test("a server that did not change stays the same object, so that nothing of it is built anew", () => {
  const { servers } = open()
  servers.add(entry)
  const before = servers.active()
  servers.add({ ...entry, name: "Beta", url: "http://beta:1" })
  servers.setDefault("beta:1")
  expect(servers.active()).toBe(before)
  servers.edit("alpha:4096", { ...entry, password: "new" })
  expect(servers.active()).not.toBe(before)
  expect(servers.active()?.password).toBe("new")
})

test("the active server follows the URL and may be unknown", () => {
  const { servers, setActive } = open("local")
  expect(servers.active()?.name).toBe("local")
  setActive("nobody:1")
  expect(servers.active()).toBeUndefined()
})

test("the default is the chosen one, else the first that is shown", () => {
  const { servers } = open()
  servers.add(entry)
  expect(servers.default()?.id).toBe("local")
  servers.setDefault("alpha:4096")
  expect(servers.default()?.id).toBe("alpha:4096")
  servers.remove("alpha:4096")
  servers.hide("local")
  expect(servers.default()).toBeUndefined()
})

test("undo of a removal brings the password of this tab back too", () => {
  const { servers } = open()
  servers.add({ ...entry, password: "secret" })
  const undo = servers.remove("alpha:4096")
  expect(sessionStorage.getItem("sandbar.passwords.v1")).not.toContain("secret")
  undo()
  expect(servers.find("alpha:4096")?.password).toBe("secret")
})

test("un-ticking Remember takes the password out of localStorage", () => {
  const { servers } = open()
  servers.add({ ...entry, password: "secret", remember: true })
  expect(servers.remembers("alpha:4096")).toBe(true)
  servers.edit("alpha:4096", { ...entry, password: "secret", remember: false })
  expect(localStorage.getItem(key)).not.toContain("secret")
  expect(servers.find("alpha:4096")?.password).toBe("secret")
})

test("a server that is added is probed at once, and its health can be read", async () => {
  const { servers, probe } = open()
  expect(servers.health("alpha:4096")).toEqual({ kind: "checking" })
  servers.add(entry)
  expect(probe).toHaveBeenCalledTimes(2)
  await vi.waitFor(() => expect(servers.health("alpha:4096")).toEqual({ kind: "needs-password" }))
})
