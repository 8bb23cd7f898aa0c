// The script that clones for a sandbox, against git's own HTTP server. Its inputs are words of whoever made a link.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { testCertificate } from "../wire/test-certificate.ts"
import { type GitServer, makeRepository, startGitServer } from "./git-server.ts"

const script = join(import.meta.dirname, "../../docker/sandbox/clone.sh")
const askpass = join(import.meta.dirname, "../../docker/sandbox/askpass.sh")
const root = mkdtempSync(join(tmpdir(), "sandbar-clone-"))
const served = join(root, "served")
const authority = join(root, "authority.pem")
const login = "alice:correct horse"
let server: GitServer
let closed: GitServer
let home: string
let checkout: string

beforeAll(() => {
  makeRepository(served, "team/project.git")
  server = startGitServer({ root: served })
  closed = startGitServer({ root: served, login, tls: true })
  writeFileSync(authority, testCertificate)
})

afterAll(async () => {
  await Promise.all([server.stop(), closed.stop()])
  rmSync(root, { recursive: true, force: true })
})

beforeEach(() => {
  home = mkdtempSync(join(root, "home-"))
  checkout = join(home, "project")
})

interface Outcome {
  readonly code: number
  /** What the UI would show. */
  readonly told: string
}

async function clone(env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const told = join(home, "termination-log")
  const child = Bun.spawn([script], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      SANDBAR_REPOSITORY: `${server.url}/team/project.git`,
      SANDBAR_DIRECTORY: checkout,
      SANDBAR_TERMINATION_LOG: told,
      SANDBAR_ALLOW_HTTP: "1",
      GIT_SSL_CAINFO: authority,
      ...env,
    },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  })
  const code = await child.exited
  return { code, told: existsSync(told) ? readFileSync(told, "utf8") : "" }
}

const readme = () => readFileSync(join(checkout, "README.md"), "utf8").trim()
const git = (...args: string[]) =>
  Bun.spawnSync(["git", "-C", checkout, ...args])
    .stdout.toString()
    .trim()

describe("a clone", () => {
  test("brings the repository's own branch with all its history, and leaves nothing beside it", async () => {
    expect(await clone()).toEqual({ code: 0, told: "" })
    expect(readme()).toBe("text 3")
    expect(git("rev-list", "--count", "HEAD")).toBe("3")
    expect(readdirSync(home)).toEqual(["project"])
  })

  test("checks out the branch that is asked for, also one with a slash", async () => {
    await clone({ SANDBAR_BRANCH: "feature/other" })
    expect(readme()).toBe("on the other branch")
    expect(git("branch", "--show-current")).toBe("feature/other")
  })

  test("brings no more history than is asked for", async () => {
    await clone({ SANDBAR_CLONE_DEPTH: "1" })
    expect(git("rev-list", "--count", "HEAD")).toBe("1")
  })

  test("fills the empty directory that a container runtime made for it", async () => {
    mkdirSync(checkout)
    expect((await clone()).code).toBe(0)
    expect(readme()).toBe("text 3")
  })

  test("that was cut off before starts over", async () => {
    mkdirSync(`${checkout}.cloning`)
    writeFileSync(join(`${checkout}.cloning`, "half"), "")
    expect((await clone()).code).toBe(0)
    expect(readdirSync(home)).toEqual(["project"])
  })
})

describe("what is there already", () => {
  test("stays as the person left it, and the server is not asked", async () => {
    await clone()
    writeFileSync(join(checkout, "README.md"), "mine")
    const before = server.requests.length
    expect(await clone({ SANDBAR_BRANCH: "feature/other" })).toEqual({ code: 0, told: "" })
    expect(readme()).toBe("mine")
    expect(server.requests).toHaveLength(before)
  })

  test("loses the lock files that a killed git left, and nothing else", async () => {
    await clone()
    const locks = ["index.lock", "HEAD.lock", "refs/heads/main.lock"].map((name) =>
      join(checkout, ".git", name),
    )
    for (const lock of locks) writeFileSync(lock, "")
    writeFileSync(join(checkout, "bun.lock"), "a file of the project")
    await clone()
    expect(locks.filter((lock) => existsSync(lock))).toEqual([])
    expect(existsSync(join(checkout, "bun.lock"))).toBe(true)
    expect(git("status", "--porcelain")).toBe("?? bun.lock")
  })

  test("is not replaced when it is no checkout", async () => {
    mkdirSync(checkout)
    writeFileSync(join(checkout, "notes"), "mine")
    expect((await clone()).code).toBe(0)
    expect(readdirSync(checkout)).toEqual(["notes"])
  })
})

describe("a failure", () => {
  test("is told in git's own words, and leaves nothing behind", async () => {
    const { code, told } = await clone({ SANDBAR_BRANCH: "missing" })
    expect(code).toBe(1)
    expect(told).toContain("Remote branch missing not found")
    expect(readdirSync(home)).toEqual(["termination-log"])
  })

  test("of a server that is not there names the server", async () => {
    const { code, told } = await clone({ SANDBAR_REPOSITORY: "http://127.0.0.1:1/team/project.git" })
    expect(code).toBe(1)
    expect(told).toContain("127.0.0.1")
  })
})

describe("a password", () => {
  const credentials = () => {
    const directory = join(home, "credentials")
    mkdirSync(directory)
    writeFileSync(join(directory, "username"), "alice")
    writeFileSync(join(directory, "password"), "correct horse")
    return directory
  }
  const repository = () => `${closed.url}/team/project.git`

  test("comes from the mounted files, and the volume does not keep it", async () => {
    const env = { SANDBAR_REPOSITORY: repository(), SANDBAR_GIT_CREDENTIALS: credentials() }
    expect((await clone(env)).code).toBe(0)
    expect(readme()).toBe("text 3")
    const kept = Bun.spawnSync(["grep", "-rlE", "correct horse|alice", checkout]).stdout.toString()
    expect(kept).toBe("")
  })

  test("is not spoken over plain http, where anybody on the way would read it", async () => {
    const open = startGitServer({ root: served, login })
    const { code, told } = await clone({
      SANDBAR_REPOSITORY: `${open.url}/team/project.git`,
      SANDBAR_GIT_CREDENTIALS: credentials(),
    })
    await open.stop()
    expect(code).toBe(1)
    expect(told).toContain("terminal prompts disabled")
    expect(open.requests.map((request) => request.authorization)).toEqual([null])
  })

  test("is told to nobody but the repository's own host, whoever asks git for it", () => {
    const env = {
      PATH: process.env.PATH,
      SANDBAR_GIT_CREDENTIALS: credentials(),
      SANDBAR_GIT_ASKER: "git.example.com",
    }
    const ask = (prompt: string) => Bun.spawnSync([askpass, prompt], { env }).stdout.toString()
    expect(ask("Username for 'https://git.example.com': ")).toBe("alice")
    expect(ask("Password for 'https://alice@git.example.com': ")).toBe("correct horse")
    expect(ask("Password for 'https://a%40b@git.example.com': ")).toBe("correct horse")
    for (const elsewhere of [
      "https://evil.example.com",
      "https://git.example.com.evil.org",
      "https://evil.org/git.example.com",
      "https://git.example.com@evil.org",
      "https://git.example.com:8443",
      "http://git.example.com",
      "",
    ]) {
      expect(ask(`Username for '${elsewhere}': `), elsewhere).toBe("")
      expect(ask(`Password for '${elsewhere.replace("//", "//alice@")}': `), elsewhere).toBe("")
    }
  })

  test("is not waited for where there is none", async () => {
    const { code, told } = await clone({ SANDBAR_REPOSITORY: repository() })
    expect(code).toBe(1)
    expect(told).toContain("terminal prompts disabled")
  })

  test("does not reach another server by a redirect", async () => {
    const elsewhere = startGitServer({ root: served, redirect: closed.url, tls: true })
    const before = closed.requests.length
    const { code, told } = await clone({
      SANDBAR_REPOSITORY: `${elsewhere.url}/team/project.git`,
      SANDBAR_GIT_CREDENTIALS: credentials(),
    })
    await elsewhere.stop()
    expect(code).toBe(1)
    expect(told).toContain("302")
    expect(closed.requests).toHaveLength(before)
  })

  test("does not follow the settings that an agent wrote into its home", async () => {
    const thief = startGitServer({ root: served, login: "nobody:nothing", tls: true })
    const settings = `[url "${thief.url}/"]\n\tinsteadOf = ${closed.url}/\n[credential]\n\thelper = "!touch ${home}/helped; true"\n`
    writeFileSync(join(home, ".gitconfig"), settings)
    await clone({ SANDBAR_REPOSITORY: repository(), SANDBAR_GIT_CREDENTIALS: credentials() })
    await thief.stop()
    expect(thief.requests).toEqual([])
    expect(existsSync(join(home, "helped"))).toBe(false)
    expect(readme()).toBe("text 3")
  })

  test("does not ask git-lfs, which goes where the repository says", async () => {
    const source = join(home, "source")
    const attributes = "*.bin filter=lfs diff=lfs merge=lfs -text"
    const pointer = "version https://git-lfs.github.com/spec/v1"
    const made = Bun.spawnSync([
      "sh",
      "-euc",
      `git init -q "$1"; cd "$1"; echo '${attributes}' > .gitattributes; echo '${pointer}' > large.bin
       git add -A; git -c user.name=a -c user.email=a@b.c commit -qm large; git clone -q --bare . "$2/team/large.git"`,
      "sh",
      source,
      served,
    ])
    expect(made.exitCode).toBe(0)
    const asked = `touch ${home}/asked; cat`
    const system = join(home, "system.gitconfig")
    writeFileSync(
      system,
      `[filter "lfs"]\n\tsmudge = "${asked}"\n\tprocess = "${asked}"\n\trequired = true\n`,
    )
    const env = { SANDBAR_REPOSITORY: `${server.url}/team/large.git`, GIT_CONFIG_SYSTEM: system }
    expect(await clone(env)).toEqual({ code: 0, told: "" })
    expect(readFileSync(join(checkout, "large.bin"), "utf8").trim()).toBe(pointer)
    expect(existsSync(join(home, "asked"))).toBe(false)
  })

  test("is not near any hook that an agent left in its home", async () => {
    const hooks = join(home, "template", "hooks")
    mkdirSync(hooks, { recursive: true })
    writeFileSync(join(hooks, "post-checkout"), `#!/bin/sh\ntouch ${home}/hooked\n`, { mode: 0o755 })
    writeFileSync(join(home, ".gitconfig"), `[init]\n\ttemplateDir = ${home}/template\n`)
    expect((await clone()).code).toBe(0)
    expect(existsSync(join(home, "hooked"))).toBe(false)
  })
})

describe("a hostile repository", () => {
  const hostile: Readonly<Record<string, (mark: string) => string>> = {
    "an option that names a program": (mark) => `--upload-pack=touch ${mark}`,
    "a transport that runs a program": (mark) => `ext::sh -c "touch ${mark}"`,
    "a file of this machine": () => `file://${served}/team/project.git`,
    "a path of this machine": () => `${served}/team/project.git`,
    "an address for ssh": () => "git@example.com:team/project.git",
    "an ssh URL whose host is an option": (mark) => `ssh://-oProxyCommand=touch ${mark}/x`,
    "the git protocol": () => "git://127.0.0.1/team/project.git",
    "a second line": () => `${server.url}/team/project.git\n--upload-pack=x`,
    "a name and a password": () => `http://alice:secret@${server.url.slice(7)}/team/project.git`,
    "a host behind a name": () => `http://github.com@${server.url.slice(7)}/team/project.git`,
    "a host that is an option": () => "https://-c/x",
    "no path": () => server.url,
    "no host": () => "https:///team/project.git",
    "a port that is no number": () => "https://example.com:80x/team/project.git",
    "a space": () => `${server.url}/team/project.git -c core.sshCommand=x`,
    "an address for another scheme in capitals": () => `FILE://${served}/team/project.git`,
    nothing: () => "",
  }
  for (const [what, make] of Object.entries(hostile)) {
    test(`is refused: ${what}`, async () => {
      const mark = join(home, "mark")
      const before = server.requests.length
      const { code, told } = await clone({ SANDBAR_REPOSITORY: make(mark) })
      expect(code).toBe(64)
      expect(told).toMatch(/address/)
      expect(existsSync(mark)).toBe(false)
      expect(existsSync(checkout)).toBe(false)
      expect(server.requests).toHaveLength(before)
    })
  }

  test("is told why: a name and a password in an address would stay on the volume", async () => {
    const address = `http://alice:secret@${server.url.slice(7)}/team/project.git`
    const { told } = await clone({ SANDBAR_REPOSITORY: address })
    expect(told).toBe("The repository's address must not hold a name or a password.\n")
  })

  test("is refused: plain http, unless it is allowed", async () => {
    const { code, told } = await clone({ SANDBAR_ALLOW_HTTP: "" })
    expect({ code, told }).toEqual({ code: 64, told: "Only https:// addresses can be cloned.\n" })
  })

  test("is refused: a host that is not on the list, however it is written", async () => {
    for (const host of ["example.com", "127.0.0.1.example.com", "0.0.1", "*"]) {
      const { code, told } = await clone({ SANDBAR_GIT_HOSTS: `github.com, ${host}` })
      expect(code).toBe(64)
      expect(told).toContain("127.0.0.1 is not on the list")
    }
    expect((await clone({ SANDBAR_GIT_HOSTS: "GitHub.com,127.0.0.1" })).code).toBe(0)
  })

  test("is refused: a host that is not below the one that a pattern names", async () => {
    const isAsked = async (host: string, pattern: string) => {
      // The host is looked at before the directory, and nobody is asked anything.
      const { told } = await clone({
        SANDBAR_REPOSITORY: `https://${host}/x`,
        SANDBAR_GIT_HOSTS: `github.com ${pattern}`,
        SANDBAR_DIRECTORY: "",
      })
      return told === "SANDBAR_DIRECTORY is not an absolute path.\n"
    }
    for (const host of ["git.example.com", "a.b.example.com", "GIT.Example.COM", "git.example.com:8443"])
      expect(await isAsked(host, "*.Example.com"), host).toBe(true)
    for (const host of ["example.com", "evilexample.com", "git.example.com.evil.org", "git.example.org"])
      expect(await isAsked(host, "*.example.com"), host).toBe(false)
    for (const pattern of ["*", "*.", "git.*", "*example.com", "*.*"])
      expect(await isAsked("git.example.com", pattern), pattern).toBe(false)
  })
})

describe("a hostile branch", () => {
  for (const branch of [
    "--upload-pack=touch mark",
    "--upload-pack=x",
    "-c core.sshCommand=touch",
    "main\n--upload-pack=x",
    "main --upload-pack=x",
    "..",
    "a..b",
    "@{-1}",
    "main.lock",
    "main~1",
  ]) {
    test(`is refused: ${JSON.stringify(branch)}`, async () => {
      const before = server.requests.length
      const { code, told } = await clone({ SANDBAR_BRANCH: branch })
      expect(code).toBe(64)
      expect(told).toMatch(/branch/i)
      expect(server.requests).toHaveLength(before)
    })
  }
})

describe("a hostile number or directory", () => {
  for (const depth of ["--upload-pack=x", "-1", "0", "1;2", "1 2"]) {
    test(`is refused: the depth ${depth}`, async () =>
      expect((await clone({ SANDBAR_CLONE_DEPTH: depth })).code).toBe(64))
  }
  for (const directory of ["", "project", "/", "/home/../etc", "/home/.", "/home//x", "--bare"]) {
    test(`is refused: the directory ${directory || "that is missing"}`, async () =>
      expect((await clone({ SANDBAR_DIRECTORY: directory })).code).toBe(64))
  }
})
