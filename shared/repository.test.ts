import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { checkBranch, checkRepository, repositoryName } from "./repository.ts"

const anyHost = { gitHosts: [] }

describe("a repository is taken as people paste it", () => {
  test.each([
    ["https://git.example/team/app.git", "https://git.example/team/app.git"],
    ["  https://git.example/team/app/ ", "https://git.example/team/app"],
    ["git.example/team/app", "https://git.example/team/app"],
    ["git.example:8443/team/app", "https://git.example:8443/team/app"],
    ["HTTPS://Git.Example/team/app", "https://git.example/team/app"],
    ["https://git.example/a/b%20c", "https://git.example/a/b%20c"],
  ])("%s is %s", (typed, url) => {
    expect(checkRepository(typed, anyHost)).toEqual({ ok: true, url })
  })
})

describe("an address that is an attack, or would leak, is refused with a reason", () => {
  test.each([
    ["", "Type the https address"],
    ["--upload-pack=touch /tmp/x", "not the address"],
    ["--upload-pack=x", "not the address"],
    ["-oProxyCommand=x", "not the address"],
    ["ext::sh -c id", "not the address"],
    ["ext::id", "Only https"],
    ["file:///etc/passwd", "Only https"],
    ["git://git.example/a/b", "Only https"],
    ["http://git.example/a/b", "Only https"],
    ["javascript:alert(1)", "not the address"],
    ["git@git.example:team/app.git", "no ssh keys"],
    ["ssh://git@git.example/team/app", "no ssh keys"],
    ["https://me:secret@git.example/team/app", "Leave user name and password out"],
    ["https://token@git.example/team/app", "Leave user name and password out"],
    ["https://git.example/team/app\nhttps://evil.example/x", "not the address"],
    ["https://git.example/team/app?x=1", "not the address"],
    ["https://git.example/team/app#x", "not the address"],
    ["https://git.example/$(id)/app", "not the address"],
    ["https://git.example/a'b", "not the address"],
    ["https://git.example", "lacks the repository"],
    ["https://git.example/", "lacks the repository"],
    ["https://git.example/a/../b", "lacks the repository"],
    ["https:///a/b", "not the address"],
    [`https://git.example/${"a".repeat(10_000)}`, "too long"],
  ])("%s", (typed, reason) => {
    const checked = checkRepository(typed, anyHost)
    expect(checked.ok === false && checked.reason).toContain(reason)
  })
})

test("only the hosts that the operator named are taken, and `*.` means below", () => {
  const rules = { gitHosts: ["github.com", "*.corp.example"] }
  expect(checkRepository("https://github.com/a/b", rules).ok).toBe(true)
  expect(checkRepository("https://git.corp.example/a/b", rules).ok).toBe(true)
  expect(checkRepository("https://corp.example/a/b", rules).ok).toBe(false)
  expect(checkRepository("https://evilcorp.example/a/b", rules).ok).toBe(false)
  expect(checkRepository("https://github.com.evil.example/a/b", rules)).toEqual({
    ok: false,
    reason:
      "Repositories come from github.com, *.corp.example here; github.com.evil.example is not among them.",
  })
})

test("plain http is taken only where tests say so", () => {
  expect(checkRepository("ftp://127.0.0.1/a.git", { gitHosts: [], allowHttp: true })).toMatchObject({
    reason: "Only https and http addresses work.",
  })
  expect(checkRepository("http://127.0.0.1:8080/a.git", { gitHosts: [], allowHttp: true })).toEqual({
    ok: true,
    url: "http://127.0.0.1:8080/a.git",
  })
})

test("whatever is accepted is one https address without credentials, and is accepted again unchanged", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true }), fc.domain()), (typed) => {
      const first = checkRepository(typed, anyHost)
      if (!first.ok) return
      expect(first.url).toMatch(/^https:\/\/[^\s@"'`$;|&<>]+$/)
      expect(checkRepository(first.url, anyHost)).toEqual(first)
    }),
  )
})

describe("a branch", () => {
  test.each(["main", "feature/x-1", "v1.2", "users/é", "a@b"])("%s is taken", (branch) => {
    expect(checkBranch(branch)).toEqual({ ok: true, branch })
  })
  test("left empty is the remote's own", () => {
    expect(checkBranch("  ")).toEqual({ ok: true, branch: null })
  })
  test.each([
    "--output=x",
    "-b",
    "a b",
    "a..b",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[",
    "a\\b",
    "@",
    "a@{1}",
    ".a",
    "a/.b",
    "a.lock",
    "a.lock/b",
    "a/",
    "/a",
    "a//b",
    "a.",
    "a\nb",
    "a\u0000b",
    "a".repeat(256),
  ])("that git would not take, or take for something else, is refused: %j", (branch) => {
    expect(checkBranch(branch).ok).toBe(false)
  })
})

test("a checkout is called as its repository, whatever that is", () => {
  expect(repositoryName("https://git.example/team/app.git")).toBe("app")
  expect(repositoryName("https://git.example/team/.git")).toBe("repository")
  expect(repositoryName("https://git.example/team/b%20c")).toBe("b-20c")
})
