import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type GitServer, makeRepository, startGitServer } from "../../tests/sandbox-image/git-server.ts"
import { makeListBranches } from "./list-branches.ts"
import { packetLines } from "./packet-lines.ts"

const directory = mkdtempSync(join(tmpdir(), "sandbar-branches-"))
let server: GitServer

beforeAll(() => {
  makeRepository(directory, "app.git")
  server = startGitServer({ root: directory })
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const network = { lookup: async () => ["127.0.0.1"] }
const list = makeListBranches({ fetch, network })
const signal = new AbortController().signal
const ask = (url: string, privateToo = true) => list({ url, privateToo, signal })

test("a real git server tells its branches, its own default first", async () => {
  expect(await ask(`${server.url}/app.git`)).toEqual({
    branches: ["main", "feature/other"],
    default: "main",
    more: false,
  })
})

test("a repository that is not there, and one that wants a password, look alike", async () => {
  await expect(ask(`${server.url}/other.git`)).rejects.toMatchObject({
    code: "sandbox.branches",
    detail: "127.0.0.1 shows this repository to nobody without a password, or has none of that name.",
  })
})

describe("server-side request forgery: nothing is dialled", () => {
  const dialled: string[] = []
  const guarded = (addresses: string[]) =>
    makeListBranches({
      network: { lookup: async () => addresses },
      fetch: async (url) => {
        dialled.push(url)
        throw new Error("dialled")
      },
    })
  test.each([
    ["the machine itself", ["127.0.0.1"], false],
    ["a private network", ["10.0.0.5"], false],
    ["a private network beside a public address", ["93.184.216.34", "10.0.0.5"], false],
    ["a mapped address", ["::ffff:127.0.0.1"], false],
    ["a cloud's metadata service", ["169.254.169.254"], true],
    ["a cloud's metadata service behind a translation", ["64:ff9b::a9fe:a9fe"], true],
    ["a cloud's metadata service behind a tunnel", ["2002:a9fe:a9fe::1"], true],
    ["every address of this machine", ["0.0.0.0"], true],
    ["nothing", [], true],
  ])("that is %s", async (_what, addresses, privateToo) => {
    const url = "https://git.example/a/b"
    await expect(guarded(addresses)({ url, privateToo, signal })).rejects.toMatchObject({
      code: "sandbox.branches",
    })
    expect(dialled).toEqual([])
  })

  test("that is an address written out", async () => {
    const url = "https://169.254.169.254/latest/meta-data"
    await expect(guarded([])({ url, privateToo: true, signal })).rejects.toMatchObject({
      code: "sandbox.branches",
    })
    expect(dialled).toEqual([])
  })

  test("that a redirect leads to", async () => {
    const asked: string[] = []
    const trap = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        asked.push(new URL(request.url).pathname)
        return new Response(null, {
          status: 302,
          headers: { location: `${server.url}/app.git/git-upload-pack` },
        })
      },
    })
    await expect(ask(`http://127.0.0.1:${trap.port}/a/b`)).rejects.toMatchObject({ code: "sandbox.branches" })
    expect(asked).toEqual(["/a/b/git-upload-pack"])
    await trap.stop(true)
  })
})

test("a remote with more branches than anybody reads is cut, and says so", async () => {
  const refs = Array.from({ length: 30_000 }, (_, at) => `${"0".repeat(40)} refs/heads/b${at}\n`)
  const big = makeListBranches({
    network,
    fetch: async () =>
      new Response(packetLines([...refs, "flush"]) as never, {
        headers: { "content-type": "application/x-git-upload-pack-result" },
      }),
  })
  const { branches, more } = await big({ url: "https://git.example/a/b", privateToo: true, signal })
  expect(branches).toHaveLength(500)
  expect(more).toBe(true)
})

test("one that never answers is given up", async () => {
  const hanging = makeListBranches({ network, fetch: () => new Promise(() => undefined), deadlineMs: 20 })
  await expect(hanging({ url: "https://git.example/a/b", privateToo: true, signal })).rejects.toMatchObject({
    detail: "git.example did not answer in time.",
  })
})
