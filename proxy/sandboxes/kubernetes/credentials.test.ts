// Where credentials come from, and that they are read again when they have changed.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { KubeConfig } from "@kubernetes/client-node"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { loadKubeConfig, makeCredentialSource } from "./credentials.ts"

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sandbar-credentials-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const inBase64 = (text: string) => Buffer.from(text).toString("base64")

function kubeconfig(user: object, cluster: object = {}): string {
  const file = join(directory, "config")
  const config = {
    clusters: [{ name: "one", cluster: { server: "https://api.example.com/", ...cluster } }],
    users: [{ name: "me", user }],
    contexts: [
      { name: "first", context: { cluster: "one", user: "me" } },
      { name: "second", context: { cluster: "one", user: "me", namespace: "team-a" } },
    ],
    "current-context": "first",
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

const sourceOf = (file: string, context?: string, now = Date.now) =>
  makeCredentialSource(() => loadKubeConfig({ file, env: {}, ...(context ? { context } : {}) }), now)

describe("a kubeconfig", () => {
  test("gives server, namespace, private CA and token of the context that is asked for", async () => {
    const file = kubeconfig({ token: "secret" }, { "certificate-authority-data": inBase64("THE CA") })
    expect(await sourceOf(file).get()).toEqual({
      server: "https://api.example.com",
      namespace: "default",
      tls: { ca: "THE CA" },
      headers: { Authorization: "Bearer secret" },
    })
    expect((await sourceOf(file, "second").get()).namespace).toBe("team-a")
  })

  test("gives client certificates, the server's name and a proxy, and turns checks off only where it says so", async () => {
    const user = { "client-certificate-data": inBase64("CERT"), "client-key-data": inBase64("KEY") }
    const cluster = {
      "tls-server-name": "inside",
      "insecure-skip-tls-verify": true,
      "proxy-url": "http://proxy:3128",
    }
    const found = await sourceOf(kubeconfig(user, cluster)).get()
    expect(found).toMatchObject({
      tls: { cert: "CERT", key: "KEY", serverName: "inside", rejectUnauthorized: false },
      proxy: "http://proxy:3128",
    })
    expect((await sourceOf(kubeconfig(user)).get()).tls).not.toHaveProperty("rejectUnauthorized")
  })

  test("runs the program that it names, and again when its token has ended", async () => {
    const program = join(directory, "login")
    const counter = join(directory, "count")
    const answer = '{"status":{"token":"token-%s","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
    writeFileSync(program, `#!/bin/sh\necho x >> ${counter}\nprintf '${answer}' $(wc -l < ${counter})\n`)
    chmodSync(program, 0o755)
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: program, args: [] }
    const source = sourceOf(kubeconfig({ exec }))
    expect((await source.get()).headers.Authorization).toBe("Bearer token-1")
    // Within the same moment it is not run for every request.
    expect((await source.get()).headers.Authorization).toBe("Bearer token-1")
    source.renew()
    expect((await source.get()).headers.Authorization).toBe("Bearer token-2")
  })

  test("that lacks the context, or names a way that does not work here, says so", async () => {
    await expect(sourceOf(kubeconfig({}), "third").get()).rejects.toThrow(/no context "third"/)
    const socks = kubeconfig({}, { "proxy-url": "socks5://proxy:1080" })
    await expect(sourceOf(socks).get()).rejects.toThrow(/SOCKS/)
  })

  test("that is mended is read again without being told", async () => {
    const file = join(directory, "config")
    const source = sourceOf(file)
    await expect(source.get()).rejects.toThrow()
    kubeconfig({ token: "secret" })
    expect((await source.get()).headers.Authorization).toBe("Bearer secret")
  })
})

describe("a mounted token", () => {
  function inPod(now: () => number) {
    const file = join(directory, "token")
    writeFileSync(file, "first\n")
    const load = () => {
      const config = new KubeConfig()
      config.loadFromClusterAndUser(
        { name: "in", server: "https://10.0.0.1", skipTLSVerify: false },
        { name: "in", authProvider: { name: "tokenFile", config: { tokenFile: file } } },
      )
      return config
    }
    return { file, source: makeCredentialSource(load, now) }
  }

  test("is sent without the line break of its file", async () => {
    const { source } = inPod(Date.now)
    expect((await source.get()).headers.Authorization).toBe("Bearer first")
  })

  test("that has been rotated is read as soon as the cluster refuses the old one", async () => {
    const { file, source } = inPod(Date.now)
    await source.get()
    writeFileSync(file, "second\n")
    source.renew()
    expect((await source.get()).headers.Authorization).toBe("Bearer second")
  })
})

test("without a kubeconfig and outside a cluster there is nothing to ask, and that is said", async () => {
  const source = makeCredentialSource(() => loadKubeConfig({ env: { HOME: directory } }))
  await expect(source.get()).rejects.toThrow(/no cluster is known/)
})

test("a KUBECONFIG that names no file is told in a sentence", async () => {
  const missing = join(directory, "missing")
  vi.stubEnv("KUBECONFIG", missing)
  const source = makeCredentialSource(() => loadKubeConfig({ env: { KUBECONFIG: missing } }))
  await expect(source.get()).rejects.toMatchObject({
    code: "sandbox.unavailable",
    detail: `KUBECONFIG=${missing} cannot be read: there is no such file.`,
  })
  vi.unstubAllEnvs()
})
