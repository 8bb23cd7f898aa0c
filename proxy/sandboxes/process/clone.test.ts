// git for real, against git's own HTTP program: what is typed into the form must not become anything but an address.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { type GitServer, makeRepository, startGitServer } from "../../../tests/sandbox-image/git-server.ts"
import { type CloneOptions, cloneRepository, removeTree, tidyCheckout } from "./clone.ts"
import { cloneFailure } from "./git-words.ts"
import { draftMark } from "./places.ts"
import { startOf } from "./process-table.ts"

const served = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-served-")))
let directory = ""
let server: GitServer
beforeAll(() => makeRepository(served, "ada/notes.git", 60), 60_000)
afterAll(() => rmSync(served, { recursive: true, force: true }))
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-clone-")))
  server = startGitServer({ root: served })
  mkdirSync(join(directory, "sandbox"))
})
afterEach(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const at = (...path: string[]) => join(directory, ...path)

function clone(change: Partial<CloneOptions> = {}): Promise<string[] | undefined> {
  return cloneRepository({
    git: Bun.which("git") ?? "",
    repository: `${server.url}/ada/notes.git`,
    branch: null,
    checkout: at("sandbox", "checkout"),
    env: { PATH: process.env.PATH, HOME: directory },
    allowHttp: true,
    onProgress: () => undefined,
    onLine: () => undefined,
    signal: new AbortController().signal,
    ...change,
  })
}

const git = (...args: string[]) =>
  Bun.spawnSync(["git", "-C", at("sandbox", "checkout"), ...args])
    .stdout.toString()
    .trim()

describe("a clone", () => {
  test("has the remote's own branch, fifty commits of it, and tells how far it is", async () => {
    const progress: string[] = []
    expect(await clone({ onProgress: (detail) => progress.push(detail) })).toBeUndefined()
    expect(git("rev-parse", "--abbrev-ref", "HEAD")).toBe("main")
    expect(git("rev-list", "--count", "HEAD")).toBe("50")
    expect(progress).toContain("Receiving objects: 100%")
    expect(readdirSync(at("sandbox"))).toEqual(["checkout"])
  })

  test("has the branch that was asked for", async () => {
    expect(await clone({ branch: "feature/other" })).toBeUndefined()
    expect(readFileSync(at("sandbox", "checkout", "README.md"), "utf8")).toBe("on the other branch\n")
  })

  test("of a branch that does not exist fails in git's own words and leaves nothing", async () => {
    const words = await clone({ branch: "nowhere" })
    expect(words?.join("\n")).toContain("Remote branch nowhere not found")
    expect(readdirSync(at("sandbox"))).toEqual([])
  })

  test("of a repository that wants a sign-in fails at once: nobody sits there to be asked", async () => {
    await server.stop()
    server = startGitServer({ root: served, login: "ada:secret" })
    const words = await clone({ env: { PATH: process.env.PATH, HOME: directory, GIT_ASKPASS: "/bin/echo" } })
    expect(words?.join("\n")).toMatch(/could not read Username/)
  })

  test("signs in with the person's own credential helper, and tells no password when that fails", async () => {
    await server.stop()
    server = startGitServer({ root: served, login: "ada:secret" })
    const helper = writeProgram(directory, "helper", "#!/bin/sh\necho username=ada\necho password=secret\n")
    writeFileSync(at(".gitconfig"), `[credential]\n\thelper = ${helper}\n`)
    expect(await clone()).toBeUndefined()
    const asked = `http://ada:wrong@127.0.0.1:${new URL(server.url).port}/`
    writeFileSync(at(".gitconfig"), `[url "${asked}"]\n\tinsteadOf = ${server.url}/\n`)
    const words = (await clone({ checkout: at("sandbox", "other") }))?.join("\n") ?? ""
    expect(words).not.toBe("")
    expect(words).not.toContain("wrong")
  })

  test("that nobody wants any more ends git, and leaves nothing", async () => {
    const stop = new AbortController()
    const slow = writeProgram(
      directory,
      "slow-git",
      `#!/bin/sh\necho $$ > ${at("pid")}\nmkdir -p "$last"\nexec sleep 60\n`,
    )
    const cloning = clone({ git: slow, signal: stop.signal })
    while (!existsSync(at("pid")) || readFileSync(at("pid"), "utf8") === "") await Bun.sleep(10)
    stop.abort()
    await expect(cloning).rejects.toThrow()
    expect(startOf(Number(readFileSync(at("pid"), "utf8")))).toBeUndefined()
    expect(readdirSync(at("sandbox"))).toEqual([])
  })
})

describe("attacks on git, with every check before it passed by", () => {
  const proof = () => at("proof")
  const hostile: [string, () => Partial<CloneOptions>][] = [
    ["a repository that is an option", () => ({ repository: `--upload-pack=touch ${proof()}` })],
    ["a repository that is a command", () => ({ repository: `ext::sh -c "touch ${proof()}"` })],
    ["a repository that is a local file", () => ({ repository: `file://${join(served, "ada/notes.git")}` })],
    ["a repository that is a local path", () => ({ repository: join(served, "ada/notes.git") })],
    [
      "a repository behind ssh, with an option for it",
      () => ({ repository: `ssh://-oProxyCommand=touch%20${proof()}/x` }),
    ],
    ["plain http where only https is allowed", () => ({ allowHttp: false })],
    ["a branch that is an option", () => ({ branch: `--upload-pack=touch ${proof()}` })],
    ["a branch that names a file to write", () => ({ branch: `--output=${proof()}` })],
    [
      "git's own variables",
      () => ({ repository: "file:///", env: { PATH: process.env.PATH, GIT_ALLOW_PROTOCOL: "file:ext" } }),
    ],
  ]

  for (const [what, change] of hostile)
    test(`${what} runs nothing, writes nothing and reads nothing`, async () => {
      const words = await clone(change())
      expect(words).toBeDefined()
      expect(existsSync(proof())).toBe(false)
      expect(readdirSync(at("sandbox"))).toEqual([])
    })

  test("a redirect to another protocol is not followed", async () => {
    await server.stop()
    server = startGitServer({ root: served, redirect: "ftp://127.0.0.1:1" })
    expect((await clone())?.join("\n")).toMatch(/ftp|unable to access/i)
  })

  test("hooks of a template directory do not run", async () => {
    mkdirSync(at("template", "hooks"), { recursive: true })
    writeProgram(at("template", "hooks"), "post-checkout", `#!/bin/sh\ntouch ${proof()}\n`)
    writeFileSync(at(".gitconfig"), `[init]\n\ttemplateDir = ${at("template")}\n`)
    expect(await clone()).toBeUndefined()
    expect(existsSync(at("sandbox", "checkout", ".git", "hooks", "post-checkout"))).toBe(true)
    expect(existsSync(proof())).toBe(false)
  })
})

describe("git-lfs, which asks an address of the repository's choice with the person's credentials", () => {
  const called = () => at("called")

  /** A person who has git-lfs, and a repository whose one file is kept by it. */
  function withLfs(): Partial<CloneOptions> {
    const bin = at("bin")
    mkdirSync(bin)
    writeProgram(bin, "git-lfs", `#!/bin/sh\necho "$@" >> ${called()}\ncat\n`)
    const filter = `[filter "lfs"]\n\tclean = git-lfs clean\n\tsmudge = git-lfs smudge\n\tprocess = git-lfs filter-process\n\trequired = true\n`
    writeFileSync(at(".gitconfig"), `${filter}[submodule]\n\trecurse = true\n`)
    return { env: { PATH: `${bin}:${process.env.PATH}`, HOME: directory } }
  }

  function makeLfsRepository(name: string, more = ""): void {
    const files = `echo '*.bin filter=lfs diff=lfs merge=lfs -text' > .gitattributes
printf '[lfs]\\n\\turl = http://127.0.0.1:9/evil\\n' > .lfsconfig
printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:0\\nsize 1\\n' > large.bin`
    const script = `set -e; git init -q --initial-branch=main ${name}.work; cd ${name}.work; ${files}
${more}
git add .; git -c user.name=Ada -c user.email=ada@example.com commit -q -m files
git clone -q --bare . ../${name}`
    const env = { PATH: process.env.PATH, HOME: served, GIT_CONFIG_GLOBAL: "/dev/null" }
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", script], { cwd: served, env })
    expect([exitCode, stderr.toString()]).toEqual([0, ""])
  }

  test("is not called: what it keeps stays the pointer that the repository holds", async () => {
    makeLfsRepository("large.git")
    expect(await clone({ ...withLfs(), repository: `${server.url}/large.git` })).toBeUndefined()
    expect(readFileSync(at("sandbox", "checkout", "large.bin"), "utf8")).toMatch(/^version https:\/\/git-lfs/)
    expect(existsSync(called())).toBe(false)
  })

  test("is not called for a submodule either: none is fetched", async () => {
    makeLfsRepository("below.git")
    const link = `git -c protocol.file.allow=always submodule --quiet add ${join(served, "below.git")} below
git config -f .gitmodules submodule.below.url ${server.url}/below.git`
    makeLfsRepository("above.git", link)
    expect(await clone({ ...withLfs(), repository: `${server.url}/above.git` })).toBeUndefined()
    expect(readdirSync(at("sandbox", "checkout", "below"))).toEqual([])
    expect(server.requests.filter(({ line }) => line.includes("below.git"))).toEqual([])
    expect(existsSync(called())).toBe(false)
  })
})

describe("a repository that is larger than the disk", () => {
  const gibibyte = 2 ** 30
  const endless = () =>
    writeProgram(
      directory,
      "endless-git",
      `#!/bin/sh\nfor last; do :; done\nmkdir -p "$last"\nexec sleep 60\n`,
    )

  test("is ended before the disk is full, and nothing is left of it", async () => {
    let free = 2 * gibibyte
    const words = await clone({
      git: endless(),
      findSpace: async () => {
        const total = 100 * gibibyte
        // The draft is there by the second look.
        if (readdirSync(at("sandbox")).length > 0) free -= gibibyte / 2
        return { free, total }
      },
    })
    expect(words).toEqual(["Sandbar ended git: the disk is nearly full."])
    expect(cloneFailure(words ?? [])).toMatchObject({ code: "disk-full", step: "cloning" })
    expect(readdirSync(at("sandbox"))).toEqual([])
  })

  test("is not begun where there is no room for anything", async () => {
    const words = await clone({ findSpace: async () => ({ free: 1, total: 100 * gibibyte }) })
    expect(words).toEqual(["Sandbar ended git: the disk is nearly full."])
    expect(server.requests).toEqual([])
  })
})

describe("attacks by whoever answers git", () => {
  const talking = (text: string) => writeProgram(directory, "talking-git", `#!/bin/sh\n${text}\nexit 1\n`)

  test("a remote that talks without end: the last of it is kept, and little of it is logged", async () => {
    const lines: string[] = []
    const words = await clone({
      git: talking(`yes "remote: again and again" 2>/dev/null | head -n 20000 >&2; echo last >&2`),
      onLine: (line) => lines.push(line),
    })
    expect(words).toHaveLength(20)
    expect(words?.at(-1)).toBe("last")
    expect(lines).toHaveLength(500)
  })

  test("a remote whose line never ends: its beginning is kept", async () => {
    const words = await clone({ git: talking("head -c 5000000 /dev/zero | tr '\\0' x >&2") })
    expect(words?.map((word) => word.length)).toEqual([4_096])
  })

  test("a remote whose progress never rests: a person is told so often and no more", async () => {
    const progress: string[] = []
    const both = '"Receiving objects: 45%\nReceiving objects: 46%\nReceiving objects: 46%"'
    await clone({
      git: talking(`yes ${both} 2>/dev/null | head -n 20000 >&2`),
      onProgress: (detail) => progress.push(detail),
    })
    expect(progress.slice(0, 3)).toEqual(["45%", "46%", "45%"].map((far) => `Receiving objects: ${far}`))
    expect(progress).toHaveLength(2_000)
  })

  test("a remote that sends a little for ever: git is ended, and nothing is left", async () => {
    const words = await clone({ git: talking("mkdir -p checkout; exec sleep 60"), limitMs: 300 })
    expect(words?.at(-1)).toMatch(/^Sandbar ended git after/)
    expect(readdirSync(at("sandbox"))).toEqual([])
  })
})

describe("what a proxy that was killed left behind", () => {
  test("half a clone and git's locks go, what is there stays", async () => {
    expect(await clone()).toBeUndefined()
    const draft = at("sandbox", `checkout${draftMark}0123`)
    mkdirSync(join(draft, ".git"), { recursive: true })
    const locks = [".git/index.lock", ".git/refs/heads/main.lock"].map((name) =>
      at("sandbox", "checkout", name),
    )
    for (const lock of locks) writeFileSync(lock, "")
    await tidyCheckout(at("sandbox"), at("sandbox", "checkout"))
    expect(locks.filter((lock) => existsSync(lock))).toEqual([])
    expect(readdirSync(at("sandbox"))).toEqual(["checkout"])
    expect(git("status", "--porcelain")).toBe("")
  })

  test("links that an agent put in git's places: the locks where they lead are not touched", async () => {
    const others = ["a", "b", "c"].map((name) => at("person", name))
    for (const other of others) mkdirSync(join(other, ".git", "refs"), { recursive: true })
    const locks = others.flatMap((other) =>
      ["Cargo.lock", ".git/index.lock", ".git/refs/x.lock"].map((name) => join(other, name)),
    )
    for (const lock of locks) writeFileSync(lock, "")
    const checkout = at("sandbox", "checkout")
    const [a = "", b = "", c = ""] = others
    symlinkSync(a, checkout)
    await tidyCheckout(at("sandbox"), checkout)
    rmSync(checkout)
    mkdirSync(checkout)
    symlinkSync(join(b, ".git"), join(checkout, ".git"))
    await tidyCheckout(at("sandbox"), checkout)
    rmSync(join(checkout, ".git"))
    mkdirSync(join(checkout, ".git", "refs"), { recursive: true })
    symlinkSync(c, join(checkout, ".git", "refs", "out"))
    await tidyCheckout(at("sandbox"), checkout)
    expect(locks.filter((lock) => !existsSync(lock))).toEqual([])
  })

  test("directories that may not be written to are removed all the same", async () => {
    mkdirSync(at("cache", "module"), { recursive: true })
    writeFileSync(at("cache", "module", "file"), "")
    Bun.spawnSync(["chmod", "-R", "a-w", at("cache")])
    await removeTree(at("cache"))
    expect(existsSync(at("cache"))).toBe(false)
  })
})
