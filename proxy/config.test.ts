import { describe, expect, test } from "vitest"
import { type Environment, type Machine, readConfig } from "./config.ts"

const machine: Machine = {
  cwd: "/home/me/project",
  isTerminal: true,
  isDirectory: (path) => path === "/home/me/project",
  isProgram: (path) => path === "/bin/opencode",
  findOpencode: () => "/bin/opencode",
  dataDirectory: "/home/me/.local/share/sandbar",
}

function read(env: Environment, changes: Partial<Machine> = {}) {
  const result = readConfig(env, { ...machine, ...changes })
  if (!result.ok) throw new Error(result.faults.join("\n"))
  return result.config
}

function faults(env: Environment, changes: Partial<Machine> = {}): string[] {
  const result = readConfig(env, { ...machine, ...changes })
  return result.ok ? [] : result.faults
}

test("with nothing set, Sandbar listens on loopback and runs a server in the current directory", () => {
  expect(read({})).toMatchObject({
    host: "127.0.0.1",
    port: 8888,
    prefix: "/",
    driver: "process",
    directory: "/home/me/project",
    opencode: "/bin/opencode",
    allowed: { suffixes: ["svc.cluster.local"], origins: [], asWritten: ["*.svc.cluster.local"] },
    servers: [],
    log: "pretty",
  })
})

test("in a cluster sandboxes are pods, and no program or directory is asked for", () => {
  const changes = { isDirectory: () => false, isProgram: () => false, findOpencode: () => undefined }
  expect(read({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, changes).driver).toBe("kubernetes")
})

test("every fault is reported at once, with the variable, the value and what would be right", () => {
  const found = faults({
    HOST: "0.0.0.0",
    PORT: "70000",
    NB_PREFIX: "/a/../b",
    SANDBAR_ALLOWED_TARGETS: "*.com",
    SANDBAR_DIRECTORY: "/nowhere",
    SANDBAR_OPENCODE: "/missing",
    SANDBAR_IDENTITY: "oidc",
    SANDBAR_TRUSTED_PROXIES: "10.0.0.0/33",
    SANDBAR_PUBLIC_HOSTS: "kf.example,https://kf.example",
    SANDBAR_KEY: "too short to be a key",
    SANDBAR_LIMITS: "target=0",
    SANDBAR_DRAIN_SECONDS: "-1",
    SANDBAR_LOG: "xml",
  })
  expect(found).toEqual([
    "PORT=70000: use a whole number from 0 to 65535.",
    "NB_PREFIX=/a/../b: use a plain path such as /notebook/team-a/my-nb/.",
    "SANDBAR_ALLOWED_TARGETS=*.com: *.com is too wide; put two labels after the star, as in *.home.lan, or name single servers, as in http://nas.lan:4096.",
    "SANDBAR_KEY: use at least 32 random characters, as from openssl rand -hex 32.",
    "SANDBAR_IDENTITY=oidc: use none, or a header that a gateway sets: header:kubeflow-userid.",
    "SANDBAR_TRUSTED_PROXIES=10.0.0.0/33: 10.0.0.0/33 is not an address or a range such as 10.0.0.0/8.",
    "SANDBAR_PUBLIC_HOSTS=kf.example,https://kf.example: https://kf.example is not a host name such as kubeflow.example, without scheme and port.",
    "SANDBAR_LIMITS=target=0: use a whole number from 1 to 1000000.",
    "SANDBAR_DRAIN_SECONDS=-1: use a whole number from 0 to 3600.",
    "SANDBAR_LOG=xml: use one of: pretty, json.",
    "HOST=0.0.0.0: others can reach it; set SANDBAR_IDENTITY=none if a gateway signs people in.",
    "SANDBAR_DIRECTORY=/nowhere: there is no such directory; name one that exists.",
    "SANDBAR_OPENCODE=/missing: there is no such program; install OpenCode or set SANDBAR_DRIVER=none.",
  ])
})

describe("who may listen where", () => {
  test.each(["0.0.0.0", "::", "10.0.0.7", "example.com"])("%s needs a decision about identity", (host) => {
    expect(faults({ HOST: host })).toHaveLength(1)
    expect(faults({ HOST: host, SANDBAR_IDENTITY: "none" })).toEqual([])
  })
  test.each(["127.0.0.1", "127.9.9.9", "::1", "localhost"])("%s does not", (host) => {
    expect(faults({ HOST: host })).toEqual([])
  })
})

describe("a relative path is one from where Sandbar was started", () => {
  test("what is checked is what is executed, although the server works in another directory", () => {
    const checked: string[] = []
    const seen = (path: string) => checked.push(path) > 0
    const config = read(
      { SANDBAR_DIRECTORY: "sub/..//box", SANDBAR_OPENCODE: "tools/opencode" },
      { isDirectory: seen, isProgram: seen },
    )
    expect([config.directory, config.opencode]).toEqual(checked)
    expect(checked).toEqual(["/home/me/project/box", "/home/me/project/tools/opencode"])
  })
  test("no program at all stays none: it does not become the directory", () => {
    const found = faults({}, { findOpencode: () => undefined, isProgram: () => false })
    expect(found).toEqual([expect.stringMatching(/^SANDBAR_OPENCODE=: there is no such program;/)])
  })
})

test("names for the installation are compared in lower case", () => {
  expect(read({ SANDBAR_PUBLIC_HOSTS: " KF.example, sandbar " }).publicHosts).toEqual([
    "kf.example",
    "sandbar",
  ])
  for (const bad of ["kf.example:8443", "*.example", "kf.example/x", "[::1]", "a..b"])
    expect(faults({ SANDBAR_PUBLIC_HOSTS: bad })).toHaveLength(1)
})

describe("the prefix", () => {
  test.each([
    ["/", "/"],
    ["a", "/a/"],
    ["/a/b", "/a/b/"],
    ["/notebook/team-a/my-nb/", "/notebook/team-a/my-nb/"],
  ])("%s is read as %s", (text, expected) => {
    expect(read({ BASE_PATH: text }).prefix).toBe(expected)
    expect(read({ NB_PREFIX: text }).prefix).toBe(expected)
  })
  test.each(["/a b/", '/"><script>/', "//evil.com/", "/a//b/", "/a/./b/", "/a?x", "/%2e%2e/", "/a\\b/"])(
    "%s is a fault: it would have to be escaped somewhere",
    (text) => {
      expect(faults({ BASE_PATH: text })).toHaveLength(1)
    },
  )
  test("two variables that disagree are a fault; two that agree are not", () => {
    expect(faults({ NB_PREFIX: "/a", BASE_PATH: "/b" })).toEqual([
      "BASE_PATH=/b: NB_PREFIX says /a; set only one of the two.",
    ])
    expect(read({ NB_PREFIX: "/a", BASE_PATH: "/a/" }).prefix).toBe("/a/")
  })
})

describe("targets and servers", () => {
  test("patterns and exact origins are told apart and brought into one spelling", () => {
    const { allowed } = read({
      SANDBAR_ALLOWED_TARGETS: " *.Team-A.svc.cluster.local , HTTP://127.0.0.1:80/,",
    })
    expect(allowed.suffixes).toEqual(["team-a.svc.cluster.local"])
    expect(allowed.origins).toEqual(["http://127.0.0.1"])
  })
  test.each([
    "*",
    "*.",
    "**.a.b",
    "*.a.b.",
    "*.xn--a.b",
    "*.1.2",
    "a.b",
    "http://a/b",
    "http://u@a",
    "ftp://a",
  ])("%s is neither", (text) => {
    expect(faults({ SANDBAR_ALLOWED_TARGETS: text })).toHaveLength(1)
  })
  test("a server for everyone has a name, is an origin, and is allowed", () => {
    const env = { SANDBAR_ALLOWED_TARGETS: "http://10.0.0.7:4096" }
    const servers = "Team box=http://10.0.0.7:4096/"
    expect(read({ ...env, SANDBAR_SERVERS: servers }).servers).toEqual([
      { name: "Team box", url: "http://10.0.0.7:4096" },
    ])
    expect(faults({ ...env, SANDBAR_SERVERS: "http://10.0.0.7:4096" })[0]).toContain("Name=http://host:port")
    expect(faults({ ...env, SANDBAR_SERVERS: "B=http://10.0.0.8:4096" })).toEqual([
      "SANDBAR_SERVERS=http://10.0.0.8:4096: it is not allowed; add it to SANDBAR_ALLOWED_TARGETS.",
    ])
  })
  test("nobody else may take the name of the embedded server", () => {
    expect(faults({ SANDBAR_ALLOWED_TARGETS: "http://local" })[0]).toContain("embedded server")
    expect(faults({ SANDBAR_SERVERS: "Mine=http://local/" })[0]).toContain("embedded server")
  })
})

describe("who people are", () => {
  const hosts = { SANDBAR_PUBLIC_HOSTS: "kf.example" }
  const gateway = { ...hosts, SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8, 127.0.0.1, fd00::/8" }
  test("a header that a gateway sets, compared in lower case, as Headers has them", () => {
    const config = read({ ...gateway, SANDBAR_IDENTITY: "header:Kubeflow-UserID" })
    expect(config.identity).toEqual({ is: "header", name: "kubeflow-userid" })
    expect(config.trustedProxies).toHaveLength(3)
    expect(read({}).identity).toEqual({ is: "none" })
  })
  test("forged identity: a header without a gateway to trust is a fault, for anybody could send it", () => {
    expect(faults({ ...hosts, SANDBAR_IDENTITY: "header:kubeflow-userid" })).toEqual([
      "SANDBAR_IDENTITY=header:kubeflow-userid: anybody can send a header; name the gateway that sets it in SANDBAR_TRUSTED_PROXIES.",
    ])
  })
  test("DNS rebinding: on the gateway's own machine a page could name itself, so the names of the hosts are needed", () => {
    const env = { SANDBAR_TRUSTED_PROXIES: "127.0.0.1", SANDBAR_IDENTITY: "header:x-user" }
    expect(faults(env)).toEqual([expect.stringContaining("SANDBAR_PUBLIC_HOSTS")])
    expect(faults({ ...env, ...hosts })).toEqual([])
    expect(faults({ ...env, HOST: "0.0.0.0" })).toEqual([])
  })
  test.each(["header:", "header:kubeflow_userid", "header:a b", "header:a:b", "header", "kubeflow-userid"])(
    "%s is none of both",
    (text) => expect(faults({ ...gateway, SANDBAR_IDENTITY: text })).toHaveLength(1),
  )
})

test("stolen identity: a header that has another meaning, or goes to targets, cannot name people", () => {
  for (const name of [
    "Host",
    "x-request-id",
    "via",
    "traceparent",
    "content-type",
    "x-target-authorization",
    "sec-x",
  ])
    expect(faults({ SANDBAR_TRUSTED_PROXIES: "10.0.0.1", SANDBAR_IDENTITY: `header:${name}` })).toHaveLength(
      1,
    )
  const gateway = { SANDBAR_TRUSTED_PROXIES: "10.0.0.1", SANDBAR_PUBLIC_HOSTS: "kf.example" }
  for (const name of ["x-forwarded-user", "x-forwarded-email", "remote-user", "x-auth-request-email"])
    expect(faults({ ...gateway, SANDBAR_IDENTITY: `header:${name}` })).toEqual([])
})

describe("the installation's key", () => {
  test("is read as it is, or left out", () => {
    expect(read({ SANDBAR_KEY: "k".repeat(32) }).key).toBe("k".repeat(32))
    expect(read({}).key).toBeUndefined()
  })
  test("stolen key: it is in no fault, also when other settings are wrong", () => {
    for (const key of ["short-but-secret", "long-and-secret-".repeat(4)]) {
      const found = faults({ SANDBAR_KEY: key, PORT: "x", NB_PREFIX: "/a", BASE_PATH: "/b" }).join()
      expect(found).toContain("PORT=x")
      expect(found).not.toContain("secret")
    }
  })
})

describe("limits", () => {
  test("some are changed, the others stay", () => {
    const { limits } = read({ SANDBAR_LIMITS: " target=5, client-streams = 7 ,body-mb=1" })
    expect(limits).toEqual({ ...read({}).limits, target: 5, "client-streams": 7, "body-mb": 1 })
  })
  test.each([
    "targets=5",
    "target",
    "target=",
    "target=-1",
    "target=0",
    "target=1e3",
    "target=1=2",
    "__proto__=1",
    "=5",
  ])("%s is a fault: a cap that is not understood protects nobody", (text) =>
    expect(faults({ SANDBAR_LIMITS: text })).toHaveLength(1),
  )
  test("no client alone fills a target, and its streams leave room for its requests", () => {
    const { limits } = read({})
    expect(limits.client).toBeLessThan(limits.target)
    expect(limits["client-streams"]).toBeLessThan(limits.client)
    expect(limits["client-streams"]).toBeLessThan(limits.streams)
    expect(limits["client-sockets"]).toBeLessThan(limits.sockets)
  })
})

test("Sandbar's own things live in the platform's data directory, or where the operator says", () => {
  expect(read({}).home).toBe("/home/me/.local/share/sandbar")
  expect(read({ SANDBAR_HOME: "keys" }).home).toBe("/home/me/project/keys")
})

test("an empty variable counts as unset", () => {
  expect(read({ PORT: "", SANDBAR_LOG: " ", SANDBAR_IDENTITY: "" })).toMatchObject({
    port: 8888,
    log: "pretty",
  })
})

describe("sandboxes", () => {
  test("sleep after half an hour, ten for each person, and no repository comes over plain http", () => {
    expect(read({})).toMatchObject({
      templates: "",
      idleAfterSeconds: 1_800,
      sandboxesPerPerson: 10,
      plainHttpRepositories: false,
    })
  })
  test("follow the settings, and the place of the templates does not depend on where a child works", () => {
    const env = {
      SANDBAR_TEMPLATES: "templates.yaml",
      SANDBAR_IDLE_AFTER: "2h",
      SANDBAR_SANDBOXES_PER_PERSON: "3",
      SANDBAR_PLAIN_HTTP_REPOSITORIES: "yes",
    }
    expect(read(env)).toMatchObject({
      templates: "/home/me/project/templates.yaml",
      idleAfterSeconds: 7_200,
      sandboxesPerPerson: 3,
      plainHttpRepositories: true,
    })
    expect(read({ SANDBAR_IDLE_AFTER: "never" }).idleAfterSeconds).toBeNull()
  })
  test.each(["0m", "30", "30 m", "-1h", "1w", "m", "Never", "1e3s", "99999999s"])(
    "%s is no idle time",
    (text) => expect(faults({ SANDBAR_IDLE_AFTER: text })).toHaveLength(1),
  )
  test.each(["0", "1001", "many"])("%s sandboxes for each person are a fault", (text) =>
    expect(faults({ SANDBAR_SANDBOXES_PER_PERSON: text })).toHaveLength(1),
  )
})
