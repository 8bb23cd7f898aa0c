import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { offerTemplate } from "./offer.ts"
import { openTemplates, type TemplateOptions, type Templates } from "./open-templates.ts"
import { readTemplates } from "./read-templates.ts"

const defaults = { idleAfterSeconds: 1_800 }
const read = (text: string) => readTemplates([{ name: "t.yaml", text }], defaults)
/** The one template of a file with these lines in it. */
const withLines = (...lines: string[]) =>
  read(["templates:", "  - id: a", ...lines.map((line) => `    ${line}`)].join("\n"))

describe("a template", () => {
  test("needs nothing but its id; the rest is filled in", () => {
    const { templates, faults } = withLines()
    expect(faults).toEqual([])
    expect(templates).toMatchObject([
      {
        id: "a",
        title: "a",
        idleAfterSeconds: 1_800,
        maximumLifeSeconds: null,
        ownProviders: true,
        resources: {
          cpu: { request: "500m", limit: "2" },
          memory: { request: "1Gi", limit: "4Gi" },
          storage: "10Gi",
        },
      },
    ])
  })

  test("never idles out only when it says so", () => {
    expect(withLines("idleAfter: never", "maximumLife: 7d").templates).toMatchObject([
      { idleAfterSeconds: null, maximumLifeSeconds: 604_800 },
    ])
  })

  test("that names only a small limit asks for no more than that", () => {
    const { templates, faults } = withLines("resources: { memory: { limit: 256Mi }, cpu: { limit: 1 } }")
    expect(faults).toEqual([])
    expect(templates[0]?.resources).toMatchObject({
      memory: { request: "256Mi", limit: "256Mi" },
      cpu: { request: "500m", limit: "1" },
    })
  })

  // A person who spawns names the repository: from any host, theirs too, git would be asked for the password.
  test("has a git password only for hosts that it names", () => {
    const { templates, faults } = withLines("kubernetes: { image: a/b:1, namespace: team-a, gitSecret: git }")
    expect(templates).toEqual([])
    expect(faults).toEqual([
      "t.yaml:3: kubernetes: gitSecret needs gitHosts: the hosts that may be told its password.",
    ])
  })

  test("tells people what it gives, and none of what it is made of", () => {
    const [template] = withLines(
      "environment: { TOKEN_NAME: x }",
      "kubernetes: { image: registry.example/sandbox:1, namespace: team-a, gitSecret: git }",
      "gitHosts: [git.example.com]",
    ).templates
    const offered = template && offerTemplate(template, { cpu: true, memory: true, storage: true })
    expect(offered).toEqual({
      id: "a",
      title: "a",
      description: "",
      gitHosts: ["git.example.com"],
      cpu: "2 CPUs",
      memory: "4 GiB",
      storage: "10 GiB",
      image: "registry.example/sandbox:1",
      idleAfterSeconds: 1_800,
      maximumLifeSeconds: null,
    })
  })
})

describe("a fault is told with its line", () => {
  test.each([
    ["idleAfter: soon", "t.yaml:3: idleAfter: use a time such as 30m, 2h or 7d, or never."],
    ["idelAfter: 30m", "t.yaml:3: idelAfter: there is no such field in a template; is it spelled right?"],
    ["resources: { storage: lots }", "t.yaml:3: resources.storage: use an amount such as 512Mi or 4Gi."],
    [
      "resources: { memory: { request: 2Gi, limit: 1Gi } }",
      "t.yaml:3: resources.memory: the request is above the limit.",
    ],
    ["environment: { HOME: /root }", "t.yaml:3: environment.HOME: Sandbar sets this variable itself."],
    [
      "environment: { LD_PRELOAD: /x.so }",
      "t.yaml:3: environment.LD_PRELOAD: Sandbar sets this variable itself.",
    ],
    [
      "gitHosts: ['https://github.com']",
      "t.yaml:3: gitHosts.0: use a host such as github.com, or *.example.com",
    ],
    ["kubernetes: { image: 'a b', namespace: x }", "t.yaml:3: kubernetes.image: use the name of an image."],
    ["kubernetes: { image: a }", "t.yaml:3: kubernetes.namespace: this is needed."],
    [
      "kubernetes: { image: a, namespace: '{user}-{user}' }",
      "t.yaml:3: kubernetes.namespace: use a namespace such as team-a",
    ],
    [
      "kubernetes: { image: a, namespace: '{user}' }",
      "t.yaml:3: kubernetes.namespace: put something fixed before or after {user}",
    ],
    [
      "kubernetes: { image: a, namespace: b, allowWeaker: [everything] }",
      "t.yaml:3: kubernetes.allowWeaker.0: use ",
    ],
    [
      "providers: [{ id: llm, url: 'ftp://x', models: [{ id: m }] }]",
      "t.yaml:3: providers.0.url: use http or https.",
    ],
    ["title: [", "t.yaml:3: "],
    ["title: a\n    title: b", "t.yaml:4: Map keys must be unique."],
  ])("%s", (line, fault) => {
    const { templates, faults } = withLines(line)
    expect(templates).toEqual([])
    expect(faults.join("\n")).toContain(fault)
  })

  test("all of them at once, and the templates without one are given", () => {
    const { templates, faults } = read(
      "templates:\n  - id: A\n    idleAfter: x\n  - id: good\n  - id: good\n",
    )
    expect(templates.map(({ id }) => id)).toEqual(["good"])
    expect(faults.map((fault) => fault.split(": ").slice(0, 2).join(": "))).toEqual([
      "t.yaml:2: id",
      "t.yaml:3: idleAfter",
      "t.yaml:5: id",
    ])
  })

  test("a file that is something else says what a file of templates is", () => {
    expect(read("kind: Pod").faults).toEqual([
      "t.yaml:1: a file of templates begins with `templates:` and a list.",
    ])
  })

  test("a billion laughs: aliases that multiply are not read", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...["b", "c", "d", "e", "f", "g"].map((name, at) => {
        const before = "abcdef"[at]
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`
      }),
    ].join("\n")
    const { templates, faults } = read(`${bomb}\ntemplates: *g\n`)
    expect(templates).toEqual([])
    expect(faults).toHaveLength(1)
  })
})

describe("the files", () => {
  const directories: string[] = []
  const opened: Templates[] = []
  afterEach(() => {
    for (const templates of opened.splice(0)) templates.close()
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
  })
  const makeDirectory = () => {
    const directory = mkdtempSync(join(tmpdir(), "sandbar-templates-"))
    directories.push(directory)
    return directory
  }
  const open = async (options: Partial<TemplateOptions>) => {
    const log = { info: () => undefined, warn: () => undefined }
    const templates = await openTemplates({
      path: "",
      driver: "process",
      defaults,
      log,
      everyMs: 10,
      ...options,
    } as TemplateOptions)
    opened.push(templates)
    return templates
  }
  const ids = (templates: Templates) => templates.list().map(({ id }) => id)

  test("on a laptop there is one template without any", async () => {
    expect(ids(await open({}))).toEqual(["opencode"])
    expect(ids(await open({ driver: "kubernetes" }))).toEqual([])
  })

  test("a ConfigMap that is swapped is read again, without a restart", async () => {
    const directory = makeDirectory()
    for (const version of ["one", "two"]) {
      mkdirSync(join(directory, version))
      writeFileSync(join(directory, version, "t.yaml"), `templates: [{ id: ${version} }]`)
    }
    symlinkSync("one", join(directory, "..data"))
    symlinkSync("..data/t.yaml", join(directory, "t.yaml"))
    const templates = await open({ path: directory })
    expect(ids(templates)).toEqual(["one"])
    symlinkSync("two", join(directory, "..next"))
    renameSync(join(directory, "..next"), join(directory, "..data"))
    await expect.poll(() => ids(templates)).toEqual(["two"])
  })

  test("a typing error takes no template away that was there, and is told", async () => {
    const path = join(makeDirectory(), "t.yaml")
    writeFileSync(path, "templates: [{ id: one }, { id: two }]")
    const templates = await open({ path })
    writeFileSync(path, "templates: [{ id: one, idleAfter: x }, { id: three }]")
    await expect.poll(() => templates.faults()).toHaveLength(1)
    expect(ids(templates)).toEqual(["one", "two", "three"])
    writeFileSync(path, "templates: [{ id: three }]")
    await expect.poll(() => templates.faults()).toEqual([])
    expect(ids(templates)).toEqual(["three"])
  })

  test("one that is not there is a fault and no crash", async () => {
    const templates = await open({ path: "/nowhere/at/all" })
    expect(ids(templates)).toEqual([])
    expect(templates.faults()[0]).toContain("The templates in /nowhere/at/all cannot be read")
  })

  test("in a cluster a template needs an image and a namespace", async () => {
    const path = join(makeDirectory(), "t.yaml")
    writeFileSync(path, "templates: [{ id: one }]")
    const templates = await open({ path, driver: "kubernetes" })
    expect(ids(templates)).toEqual([])
    expect(templates.faults()).toEqual(["one: kubernetes: this is needed: at least image and namespace."])
  })
})
