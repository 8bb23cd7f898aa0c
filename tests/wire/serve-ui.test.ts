// The entry as people meet it: what it prints, how it ends.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { runServeUi, startServeUi } from "./start-serve-ui.ts"
import { startRawTarget, startTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe("what cannot start says why in one sentence, with status 1 and no stack trace", () => {
  test("a busy port", async () => {
    const busy = startTarget(() => new Response())
    cleanups.push(busy.stop)
    const run = await runServeUi([], { PORT: String(busy.port), SANDBAR_DRIVER: "none" })
    expect(run).toEqual({
      code: 1,
      stdout: "",
      stderr: `Port ${busy.port} on 127.0.0.1 is in use. Stop the other program or set PORT.\n`,
    })
  })

  test.each([
    [
      "a missing directory",
      { SANDBAR_DIRECTORY: "/no/such/place" },
      /^SANDBAR_DIRECTORY=\/no\/such\/place: .*\n$/,
    ],
    [
      "a directory below a file",
      { SANDBAR_DIRECTORY: "/etc/passwd/x" },
      /^SANDBAR_DIRECTORY=\/etc\/passwd\/x: there is no such directory; .*\n$/,
    ],
    [
      "a directory longer than any path",
      { SANDBAR_DIRECTORY: `/${"a".repeat(5_000)}` },
      /^SANDBAR_DIRECTORY=\/a{199}…: there is no such directory; .*\n$/,
    ],
    ["a missing opencode", { SANDBAR_OPENCODE: "/no/opencode" }, /^SANDBAR_OPENCODE=\/no\/opencode: .*\n$/],
    ["a host that others can reach", { HOST: "0.0.0.0" }, /^HOST=0\.0\.0\.0: .*SANDBAR_IDENTITY=none.*\n$/],
  ])("%s", async (_name, env, sentence) => {
    const run = await runServeUi([], env)
    expect(run).toMatchObject({ code: 1, stdout: "" })
    expect(run.stderr).toMatch(sentence)
  })

  test.each([
    ["not set", undefined, /^BUN_CONFIG_MAX_HTTP_REQUESTS is not set: .*npm run serve.*\n$/],
    ["one that Bun does not take", "65536", /^BUN_CONFIG_MAX_HTTP_REQUESTS=65536: .*from 257 to 65535\.$/m],
    ["Bun's own", "256", /^BUN_CONFIG_MAX_HTTP_REQUESTS=256: .*from 257 to 65535\.\n$/],
  ])(
    "event streams could stop everything: a limit on requests that is %s",
    async (_name, limit, sentence) => {
      const env = { SANDBAR_DRIVER: "none", BUN_CONFIG_MAX_HTTP_REQUESTS: limit }
      const run = await runServeUi([], env)
      expect(run).toMatchObject({ code: 1, stdout: "" })
      expect(run.stderr).toMatch(sentence)
      for (const flag of ["--check", "--manifests"]) expect((await runServeUi([flag], env)).code).toBe(0)
    },
  )

  test("an unknown flag", async () => {
    const run = await runServeUi(["--chek"], {})
    expect(run).toEqual({
      code: 1,
      stdout: "",
      stderr: "Sandbar does not know --chek. See npm run serve -- --help.\n",
    })
  })
})

test("--check only validates: it opens no port and starts nothing", async () => {
  expect(await runServeUi(["--check"], {})).toEqual({
    code: 0,
    stdout: "The settings are valid.\n",
    stderr: "",
  })
  expect((await runServeUi(["--check"], { PORT: "x" })).code).toBe(1)
})

test("--help lists the settings and succeeds whatever they are", async () => {
  const run = await runServeUi(["--help"], { PORT: "x" })
  expect(run.code).toBe(0)
  expect(run.stdout).toContain("SANDBAR_ALLOWED_TARGETS")
})

test("prints one line: the address, with the prefix, where the page is", async () => {
  const serveUi = await startServeUi({ SANDBAR_DRIVER: "none", NB_PREFIX: "/notebook/team-a/my-nb" })
  cleanups.push(serveUi.cleanup)
  expect(serveUi.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/notebook\/team-a\/my-nb\/$/)
  const page = await (await fetch(serveUi.url)).text()
  expect(page).toContain('<base href="/notebook/team-a/my-nb/">')
})

test("SIGTERM lets an answer that is under way finish", async () => {
  const finish = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const target = startTarget(async () => {
    arrived.resolve()
    await finish.promise
    return new Response("whole")
  })
  cleanups.push(target.stop)
  const serveUi = await startServeUi({ SANDBAR_DRIVER: "none", SANDBAR_ALLOWED_TARGETS: target.origin })
  cleanups.push(serveUi.cleanup)
  const asked = fetch(`${serveUi.url}api/proxy/x`, { headers: { "x-target-server": target.origin } })
  await arrived.promise
  serveUi.child.kill("SIGTERM")
  setTimeout(finish.resolve, 300)
  expect(await (await asked).text()).toBe("whole")
  expect(await serveUi.child.exited).toBe(0)
})

test("a stream that never ends does not hold a stop for longer than it was given", async () => {
  const target = startTarget(
    () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
  )
  cleanups.push(target.stop)
  const env = { SANDBAR_DRIVER: "none", SANDBAR_ALLOWED_TARGETS: target.origin, SANDBAR_DRAIN_SECONDS: "1" }
  const serveUi = await startServeUi(env)
  cleanups.push(serveUi.cleanup)
  const response = await fetch(`${serveUi.url}api/proxy/x`, { headers: { "x-target-server": target.origin } })
  await response.body?.getReader().read()
  const began = performance.now()
  serveUi.child.kill("SIGTERM")
  expect(await serveUi.child.exited).toBe(0)
  // Not given anything, it would wait for much longer.
  expect(performance.now() - began).toBeLessThan(7_000)
})

test("the log of a target that breaks off is ours alone: one line each, and no query", async () => {
  for (const afterMs of [0, 100]) {
    const target = await startRawTarget((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      setTimeout(() => socket.destroy(), afterMs)
    })
    cleanups.push(target.stop)
    const env = { SANDBAR_DRIVER: "none", SANDBAR_LOG: "json", SANDBAR_ALLOWED_TARGETS: target.origin }
    const serveUi = await startServeUi(env)
    cleanups.push(serveUi.cleanup)
    const asked = fetch(`${serveUi.url}api/proxy/x?token=s3cret`, {
      headers: { "x-target-server": target.origin },
    })
    await expect(asked.then((response) => response.text())).rejects.toThrow()
    await serveUi.cleanup()
    expect(serveUi.stderr()).not.toContain("s3cret")
    for (const line of serveUi.stderr().trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow()
  }
})

describe("templates", () => {
  const withTemplates = async (text: string, flags: string[], env: Record<string, string> = {}) => {
    const directory = mkdtempSync(join(tmpdir(), "sandbar-templates-"))
    const path = join(directory, "templates.yaml")
    writeFileSync(path, text)
    const run = await runServeUi(flags, { SANDBAR_DRIVER: "kubernetes", SANDBAR_TEMPLATES: path, ...env })
    rmSync(directory, { recursive: true })
    return run
  }
  const good =
    "templates:\n  - id: small\n    kubernetes: { image: registry.example/sandbox:1, namespace: team-a }\n"

  test("with a fault are told by --check with their line, before anybody relies on them", async () => {
    const run = await withTemplates(`${good}    idleAfter: soon\n`, ["--check"])
    expect(run).toMatchObject({ code: 1, stdout: "" })
    expect(run.stderr).toContain("templates.yaml:4: idleAfter: use a time such as 30m, 2h or 7d, or never.")
    expect(await withTemplates(good, ["--check"])).toMatchObject({ code: 0, stderr: "" })
  })

  test("say what --manifests prints: the rights and network rules of their namespaces", async () => {
    const { code, stdout } = await withTemplates(good, ["--manifests"])
    const kinds = stdout.match(/^kind: \w+$/gm)
    expect([code, new Set(kinds)]).toEqual([
      0,
      new Set(["kind: ServiceAccount", "kind: Role", "kind: RoleBinding", "kind: NetworkPolicy"]),
    ])
    expect(stdout).toContain("namespace: team-a")
  })
})
