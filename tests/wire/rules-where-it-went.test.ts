// R1–R6, R8, R10 together: whatever text names a server, the socket goes to an allowed host or nowhere. The names
// resolve through a table here, the HTTP client is the real one, and recorders stand at every place where an
// attack could lead: what counts is who got a connection and which Host it brought.
import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { chooseTarget } from "../../proxy/forward/target.ts"
import { makeNetwork } from "../../proxy/network.ts"
import { hostileKinds } from "./hostile-kinds.ts"
import { headOf } from "./raw-heads.ts"
import { rawRequest } from "./raw-request.ts"
import { ipv4Forms } from "./server-texts.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { type Recorder, startRecorder } from "./start-recorder.ts"

const shape = /^([a-z0-9-]+\.){2,}svc\.cluster\.local\.$/
const systemNames = /(?:(?:^|\.)kubernetes\.default|\.kube-[^.]*|-system|\.kubeflow)\.svc\./
const isPodName = (name: string) => shape.test(name) && !systemNames.test(name)
/** Private addresses, as a wildcard needs them; the test's own address translation leads from 10.x to 127.x. */
const podAddress = "10.1.0.1"
const evilAddress = "10.2.0.1"
const translate = (address: string) => address.replace(/^10\./, "127.")

let exact: Recorder
let pod: Recorder
let evil: Recorder[]
let proxy: TestProxy
let questions: string[] = []

beforeAll(async () => {
  const real = makeNetwork(() => 0)
  const resolve = async (name: string) => {
    questions.push(name)
    return isPodName(name) ? [podAddress] : [evilAddress]
  }
  exact = await startRecorder()
  const { port } = exact
  pod = await startRecorder({ host: translate(podAddress), port })
  evil = []
  for (const host of [translate(evilAddress), "127.0.0.2", "127.0.0.3"])
    evil.push(await startRecorder({ host, port }))
  proxy = startProxy({
    env: { SANDBAR_ALLOWED_TARGETS: `*.svc.cluster.local,${exact.origin}`, SANDBAR_LIMITS: "rate=1000000" },
    dialOptions: { cacheMs: 0 },
    network: {
      resolve4: resolve,
      resolve6: async () => [],
      lookup: async (name) => (name === "127.0.0.1" ? [name] : [evilAddress]),
      touch: (address, ...rest) => real.touch(translate(address), ...rest),
      isSelf: () => false,
    },
    fetch: (url, init) => {
      const to = new URL(url)
      to.hostname = translate(to.hostname)
      return fetch(to.href, init)
    },
  })
})
afterAll(async () => {
  await proxy.stop()
  for (const recorder of [exact, pod, ...evil]) recorder.stop()
})

/** Every text goes out as the bytes that a client would send, line breaks included. */
async function ask(text: string): Promise<number> {
  const head = `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Target-Server: ${text}\r\n\r\n`
  return (await rawRequest(proxy.port, head, 2_000)).status
}

function hostsAt(recorder: Recorder): string[] {
  return recorder.requests
    .splice(0)
    .map((request) => /\r\nHost: ([^\r]*)\r\n/.exec(headOf(request))?.[1] ?? "none")
}

async function expectAllowedPlaces(text: string): Promise<number> {
  questions = []
  const status = await ask(text)
  const [atExact, atPod] = [hostsAt(exact), hostsAt(pod)]
  // A connection that carried nothing would have been a leak as well; the look for a listener sends nothing.
  for (const recorder of evil) expect(recorder.received()).toEqual([])
  for (const host of atExact) expect(host).toBe(`127.0.0.1:${exact.port}`)
  for (const host of atPod) expect(isPodName(`${host.replace(`:${exact.port}`, "")}.`)).toBe(true)
  expect(questions.filter((name) => !isPodName(name))).toEqual([])
  // An answer with 200 came from one of the two, once.
  expect(atExact.length + atPod.length).toBe(status === 200 ? 1 : 0)
  // Where the policy names one place, it is that one.
  if (status === 200 && /^[\x21-\x7e]+$/.test(text)) {
    const said = chooseTarget(text, { suffixes: ["svc.cluster.local"], origins: [exact.origin] })
    expect([...atExact, ...atPod]).toEqual([new URL(said.origin).host])
    expect(atExact.length).toBe(said.rule === "exact" ? 1 : 0)
  }
  return status
}

test("allowlist bypass: texts of every kind, glued, spliced and arbitrary ones connect to allowed hosts or to nobody", async () => {
  const { port } = exact
  const kinds = fc.oneof(...hostileKinds(port).map(({ text }) => text))
  const good = fc.constantFrom(`http://sandbox.team-a.svc.cluster.local:${port}`, exact.origin)
  const other = fc.constantFrom(
    ...evil.map(({ origin }) => origin),
    `http://evil.example:${port}`,
    `evil.example:${port}`,
  )
  const piece = fc.oneof(
    fc.constantFrom("@", "\\", "/", "#", "?", "%40", ",", "\t", "\r\n", ".", "\u3002"),
    fc.string({ unit: "binary", maxLength: 3 }),
  )
  const glued = fc.tuple(fc.oneof(good, other), piece, fc.oneof(good, other)).map((parts) => parts.join(""))
  const spliced = fc
    .tuple(good, fc.nat(40), fc.nat(3), fc.oneof(piece, other))
    .map(([text, at, cut, inserted]) => text.slice(0, at) + inserted + text.slice(at + cut))
  const forms = ipv4Forms.map((form) => `http://${form}:${port}`)
  let reached = 0
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(kinds, good, glued, spliced, forms, fc.string({ unit: "binary" })),
      async (text) => {
        if ((await expectAllowedPlaces(text)) === 200) reached++
      },
    ),
    { numRuns: 600 },
  )
  // Otherwise the property above was never asked.
  expect(reached).toBeGreaterThan(20)
}, 60_000)

test("the places where an attack could lead do answer, so that their silence means something", async () => {
  for (const { origin } of evil) expect((await fetch(origin)).status).toBe(200)
})
