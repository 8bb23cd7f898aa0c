import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { LinkedServer } from "./linked-server.ts"
import type { ProbeTarget } from "./probe.ts"
import { ServersProvider, useServers } from "./server-context.tsx"
import { ServerForm } from "./server-form.tsx"
import type { ServerHealth } from "./server-health.ts"

const healthy: ServerHealth = { kind: "healthy", version: "1.18.33", latencyMs: 12 }
const provided = [{ name: "local", url: "http://local" }]

function show(probe = vi.fn(async (_: ProbeTarget) => healthy), linked?: LinkedServer) {
  const onDone = vi.fn()
  render(() => (
    <ServersProvider options={{ provided, activeId: () => undefined, probe: async () => healthy }}>
      <ServerForm onDone={onDone} probe={probe} linked={linked} />
    </ServersProvider>
  ))
  return { probe, onDone }
}
const type = (label: string, value: string) =>
  fireEvent.input(screen.getByLabelText(label), { target: { value } })
const submit = () => fireEvent.submit(screen.getByLabelText("Address").closest("form") as HTMLFormElement)
const pause = () => vi.advanceTimersByTimeAsync(400)

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  vi.useFakeTimers()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test("what will be saved is shown while typing, and written out on leaving the field", () => {
  show()
  type("Address", "sandbox.team-a:4096/")
  expect(screen.getByText("http://sandbox.team-a:4096")).toBeTruthy()
  fireEvent.blur(screen.getByLabelText("Address"))
  expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("http://sandbox.team-a:4096")
})

test("the address is tested once typing pauses, with the credentials", async () => {
  const { probe } = show()
  for (const text of ["a", "al", "alpha:4096"]) type("Address", text)
  type("User name", "ada")
  type("Password", "s")
  expect(screen.getByRole("status").textContent).toContain("Testing")
  expect(probe).not.toHaveBeenCalled()
  await pause()
  expect(probe.mock.calls.map(([target]) => target)).toEqual([
    { url: "http://alpha:4096", username: "ada", password: "s" },
  ])
  expect(screen.getByRole("status").textContent).toContain("OpenCode 1.18.33 answers.")
})

test("how long the server takes is said from the second test on: the first one also woke it", async () => {
  show()
  type("Address", "alpha:4096")
  await pause()
  const again = async () => {
    fireEvent.click(screen.getByText("Test again"))
    await pause()
  }
  await again()
  expect(screen.getByRole("status").textContent).toContain("OpenCode 1.18.33 answers in 12 ms.")
  type("Address", "beta:4096")
  await pause()
  expect(screen.getByRole("status").textContent).toContain("OpenCode 1.18.33 answers.")
})

test("the answer to an older address is not shown for a newer one", async () => {
  const answers: ((health: ServerHealth) => void)[] = []
  show(vi.fn(() => new Promise<ServerHealth>((resolve) => answers.push(resolve))))
  type("Address", "old:1")
  await pause()
  type("Address", "new:1")
  answers[0]?.(healthy)
  await pause()
  expect(screen.getByRole("status").textContent).toContain("Testing")
  answers[1]?.({ kind: "needs-password" })
  await pause()
  expect(screen.getByRole("status").textContent).toContain("needs a password")
})

test("a server that is down can be saved", async () => {
  const { onDone } = show(vi.fn(async () => ({ kind: "failed" as const, reason: "It is down." })))
  type("Address", "down:4096")
  await pause()
  expect(screen.getByRole("status").textContent).toContain("It is down. You can save it anyway.")
  submit()
  expect(onDone).toHaveBeenCalledExactlyOnceWith("down:4096")
})

test.each([
  ["http://host/path", "no path"],
  ["ftp://host", "http and https"],
  ["http://ada:s@host", "own fields"],
  ["local", "already in the list"],
])("%s is refused with a sentence, and not tested or saved", async (address, words) => {
  const { probe, onDone } = show()
  type("Address", address)
  await pause()
  submit()
  expect(screen.getByLabelText("Address").getAttribute("aria-invalid")).toBe("true")
  expect(document.body.textContent).toContain(words)
  // One of the two is said: what is wrong, or that it is tested.
  expect(screen.getByRole("status").textContent).toBe("")
  expect(onDone).not.toHaveBeenCalled()
  expect(probe.mock.calls.every(([target]) => target.url === "http://local")).toBe(true)
})

test("that the address is tested is said before there is one, and no more once it has a fault", () => {
  show()
  expect(screen.getByRole("status").textContent).toBe("The address is tested while you type.")
  type("Address", "http://host/path")
  expect(screen.getByRole("status").textContent).toBe("")
})

test("an empty form complains only when it is submitted", () => {
  show()
  expect(screen.getByLabelText("Address").getAttribute("aria-invalid")).toBeNull()
  submit()
  expect(document.body.textContent).toContain("Type the address")
})

// The attack: a link makes every browser that follows it send a request where its sender wants.
describe("an address from a link", () => {
  const linked = { address: "http://linked:4096", name: "Nice name" }

  test("is filled in, and asked only after a press on Test", async () => {
    const { probe } = show(undefined, linked)
    expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("http://linked:4096")
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Nice name")
    type("Name", "Another name")
    fireEvent.blur(screen.getByLabelText("Address"))
    type("Password", "filled in by the browser")
    await pause()
    expect(probe).not.toHaveBeenCalled()
    fireEvent.click(screen.getByRole("button", { name: "Test" }))
    await pause()
    expect(probe.mock.calls[0]?.[0].url).toBe("http://linked:4096")
  })

  test("stays unasked while it is edited, until a press on Test; from then on it is tested as usual", async () => {
    const { probe } = show(undefined, linked)
    for (const address of ["http://linked:409", "mine:4096"]) {
      type("Address", address)
      await pause()
    }
    expect(probe).not.toHaveBeenCalled()
    fireEvent.click(screen.getByRole("button", { name: "Test" }))
    type("Address", "mine:4097")
    await pause()
    expect(probe.mock.calls.map(([target]) => target.url)).toEqual(["http://mine:4097"])
  })

  test("with a fault in it is not asked once a key has mended it, and is once Add was pressed", async () => {
    const { probe, onDone } = show(undefined, { address: "http://evil:4096/x", name: "" })
    type("Address", "http://evil:4096/")
    await pause()
    expect(probe).not.toHaveBeenCalled()
    type("Address", "http://evil:4096/y")
    submit()
    expect(onDone).not.toHaveBeenCalled()
    type("Address", "http://mine:4096")
    await pause()
    expect(probe.mock.calls.map(([target]) => target.url)).toEqual(["http://mine:4096"])
  })

  test("that is none says what is wrong with it", async () => {
    const { probe, onDone } = show(undefined, { address: "javascript:alert(1)", name: "" })
    await pause()
    expect(document.body.textContent).toContain("This is not an address.")
    submit()
    expect(probe).not.toHaveBeenCalled()
    expect(onDone).not.toHaveBeenCalled()
  })
})

test("password managers can tell the fields, and the browser fills in nothing where a link leads", () => {
  show()
  const hints = () =>
    ["User name", "Password"].map((label) => screen.getByLabelText(label).getAttribute("autocomplete"))
  expect(hints()).toEqual(["username", "current-password"])
  expect(screen.getByLabelText("Password").getAttribute("type")).toBe("password")
  cleanup()
  show(undefined, { address: "http://linked:4096", name: "" })
  expect(hints()).toEqual(["username", "new-password"])
})

test("a password can be shown while it is typed", () => {
  show()
  type("Address", "new:4096")
  type("Password", "s")
  fireEvent.click(screen.getByRole("button", { name: "Show password" }))
  expect(screen.getByLabelText("Password").getAttribute("type")).toBe("text")
})

test("where nothing can be remembered, the box is off and says why", () => {
  show()
  const box = screen.getByLabelText<HTMLInputElement>("Remember the password on this device")
  expect([box.disabled, box.checked]).toEqual([true, false])
  expect(document.body.textContent).toContain("The password lasts until the browser is closed.")
  expect(document.body.textContent).not.toContain("without encryption")
})

// The attack: a person mistypes the address, types or is filled in the password, and mends the address.
describe("a password that was typed for one address of a new server", () => {
  const password = () => screen.getByLabelText<HTMLInputElement>("Password").value
  const sent = (probe: ReturnType<typeof show>["probe"]) =>
    probe.mock.calls.map(([target]) => [target.url, target.password])

  test("goes to no other one, and the field says why it is empty", async () => {
    const { probe, onDone } = show()
    type("Address", "good:4096")
    type("Password", "hunter2")
    await pause()
    type("Address", "goof:4096")
    await pause()
    expect(sent(probe)).toEqual([
      ["http://good:4096", "hunter2"],
      ["http://goof:4096", ""],
    ])
    expect(password()).toBe("")
    expect(document.body.textContent).toContain("The password was typed for http://good:4096.")
    submit()
    expect(onDone).toHaveBeenCalledExactlyOnceWith("goof:4096")
    expect(JSON.stringify({ ...sessionStorage })).not.toContain("hunter2")
  })

  test("is there again at that address, in whichever way it is written", async () => {
    const { probe } = show()
    type("Address", "good:4096")
    type("Password", "hunter2")
    type("Address", "goof:4096")
    type("Address", "http://good:4096/")
    await pause()
    expect(sent(probe)).toEqual([["http://good:4096", "hunter2"]])
    expect(document.body.textContent).not.toContain("Type it again")
  })

  test("goes nowhere when it was there before any address", async () => {
    const { probe } = show()
    type("Password", "filled in by the browser")
    expect(password()).not.toBe("")
    type("Address", "good:4096")
    await pause()
    expect(sent(probe)).toEqual([["http://good:4096", ""]])
    expect(document.body.textContent).toContain("The password was typed before the address.")
    type("Password", "again")
    submit()
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).toContain("again")
  })
})

// The attack: a person edits the address of a server whose password is saved, and pauses on the way.
describe("a saved password is for the address it was saved for", () => {
  const good = { name: "Good", url: "https://good:4096" }

  function edit() {
    const credentials = { [good.url]: { username: "ada", password: "S3cret" } }
    localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own: [good], hidden: [], credentials }))
    const probe = vi.fn(async (_: ProbeTarget) => healthy)
    render(() => (
      <ServersProvider options={{ provided, activeId: () => undefined, probe: async () => healthy }}>
        <Edited probe={probe} />
      </ServersProvider>
    ))
    return { probed: () => probe.mock.calls.map(([target]) => [target.url, target.password]) }
  }
  function Edited(props: { probe: (target: ProbeTarget) => Promise<ServerHealth> }) {
    return <ServerForm server={useServers().find("good:4096")} onDone={() => undefined} probe={props.probe} />
  }
  const password = () => screen.getByLabelText<HTMLInputElement>("Password").value
  const saved = () => JSON.parse(localStorage.getItem("sandbar.servers.v1") ?? "null")

  test("while another address stands there, it is neither tested with nor saved, and the field says so", async () => {
    const { probed } = edit()
    for (const address of ["https://goo", "https://other:1", "http://good:4096", "https://good:409"]) {
      type("Address", address)
      await pause()
      expect(password()).toBe("")
      expect(document.body.textContent).toContain("The saved password is for https://good:4096.")
    }
    expect(probed().every(([, sent]) => sent === "")).toBe(true)
    expect(probed()).toHaveLength(4)
    submit()
    expect(saved().credentials).toEqual({ "https://good:409": { username: "ada" } })
  })

  test("that nobody touched is left alone by saving, also when it comes while the form stands", () => {
    edit()
    type("Name", "Better")
    submit()
    expect(saved().own).toEqual([{ ...good, name: "Better" }])
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).toContain("S3cret")
  })

  test("is not shown to whoever sits at the browser now, only what is typed in its place", () => {
    edit()
    expect(screen.queryByRole("button", { name: "Show password" })).toBeNull()
    type("Password", "")
    fireEvent.click(screen.getByRole("button", { name: "Show password" }))
    expect(screen.getByLabelText("Password").getAttribute("type")).toBe("text")
    // What was typed belongs to another address now, and the saved one is there again.
    type("Address", "other:1")
    type("Password", "typed")
    type("Address", "https://good:4096")
    expect(password()).toBe("S3cret")
    expect(screen.getByLabelText("Password").getAttribute("type")).toBe("password")
  })

  test("that was emptied is forgotten", () => {
    edit()
    type("Password", "")
    submit()
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("S3cret")
    expect(localStorage.getItem("sandbar.signed-out./.v1")).toContain(good.url)
  })

  test("typed again, it is used there", async () => {
    const { probed } = edit()
    type("Address", "other:1")
    type("Password", "again")
    await pause()
    expect(probed()).toEqual([["http://other:1", "again"]])
    expect(document.body.textContent).not.toContain("The saved password is for")
    submit()
    expect(saved().credentials).toEqual({ "http://other:1": { username: "ada" } })
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).toContain("again")
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).not.toContain("S3cret")
  })

  test("typed for a second address, it does not go to a third", async () => {
    const { probed } = edit()
    type("Address", "other:1")
    type("Password", "for other")
    type("Address", "third:1")
    await pause()
    expect(probed()).toEqual([["http://third:1", ""]])
    type("Address", "https://good:4096")
    expect(password()).toBe("S3cret")
    submit()
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).not.toContain("for other")
  })

  test("that lies there unencrypted is told, and saving the form ends that", () => {
    edit()
    expect(document.body.textContent).toContain("without encryption")
    submit()
    expect(localStorage.getItem("sandbar.servers.v1")).not.toContain("S3cret")
    expect(sessionStorage.getItem("sandbar.passwords./.v2")).toContain("S3cret")
    expect(document.body.textContent).not.toContain("without encryption")
  })

  test("back at the old address it is there again, and what was typed over it stays behind too", async () => {
    const { probed } = edit()
    type("Address", "other:1")
    type("Address", "https://good:4096/")
    expect(password()).toBe("S3cret")
    type("Password", "S3cret+")
    type("Address", "other:1")
    await pause()
    expect(probed()).toEqual([["http://other:1", ""]])
  })
})
