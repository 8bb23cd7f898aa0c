// A pass without a test cannot be added: each one is taken out of its list while a real request crosses, and the
// attack that it is there for has to work then, and only then.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  type RequestPass,
  type ResponsePass,
  requestPasses,
  responsePasses,
} from "../../proxy/forward/headers.ts"
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { type Recorder, startRecorder } from "./start-recorder.ts"

type Seen = { atTarget: string; atClient: string }
type Scenario<Pass> = {
  attack: string
  works: (seen: Seen) => boolean
  /** What somebody would write in its place; nothing, unless the pass is the one that copies. */
  naive?: Pass
}

const requestScenarios: Record<string, Scenario<RequestPass>> = {
  copyAllowed: {
    attack: "stolen session: the gateway's cookie reaches code behind a target",
    works: ({ atTarget }) => /^cookie: session=/im.test(atTarget),
    naive: (headers, { incoming }) => {
      for (const [name, value] of incoming) headers.set(name, value)
    },
  },
  dropListedByConnection: {
    attack: "hop-by-hop abuse: what was meant for this proxy alone is believed by the target",
    works: ({ atTarget }) => /^x-opencode-hop:/im.test(atTarget),
  },
  sendTargetHost: {
    attack: "virtual host confusion: a gateway in front of the target routes to another server",
    works: ({ atTarget }) => !/^host: box\.example:\d+\r$/im.test(atTarget),
  },
  sendTargetCredentials: {
    attack: "open server: a target's password does not arrive, so it has to do without one",
    works: ({ atTarget }) => !/^authorization: Basic theirs\r$/im.test(atTarget),
  },
  pinAcceptEncoding: {
    attack: "unreadable answer: the target is offered encodings that the client cannot read",
    works: ({ atTarget }) => !/^accept-encoding: identity\r$/im.test(atTarget),
  },
  addVia: {
    attack: "request loop: a target that forwards to us is asked for ever",
    works: ({ atTarget }) => !/^via: 1\.1 sandbar-test\r$/im.test(atTarget),
  },
  addTrace: {
    attack: "lost trail: what a request did at a target cannot be found again",
    works: ({ atTarget }) => !/^x-request-id: r-1\r$/im.test(atTarget),
  },
}

const responseScenarios: Record<string, Scenario<ResponsePass>> = {
  keepAllowed: {
    attack: "session fixation: a target sets a cookie on our origin",
    works: ({ atClient }) => /^set-cookie:/im.test(atClient),
  },
  rewriteLocation: {
    attack: "open redirect: a target sends the browser to another site from our address",
    works: ({ atClient }) => /^location: .*evil\.example/im.test(atClient),
  },
  makeInert: {
    attack: "stored cross-site scripting: a target's HTML becomes a document of our origin",
    works: ({ atClient }) => !/^content-security-policy: sandbox; default-src 'none'\r$/im.test(atClient),
  },
  forbidCaching: {
    attack: "cache confusion: one server's answer is served for another, whose URL is the same",
    works: ({ atClient }) =>
      !/^cache-control: no-store\b/im.test(atClient) || !/^vary: x-target-server\r$/im.test(atClient),
  },
  markAsForwarded: {
    attack: "forged refusal: a target's answer looks like one of ours",
    works: ({ atClient }) => !/^x-sandbar-from-target: 1\r$/im.test(atClient),
  },
}

let target: Recorder
let proxy: TestProxy
beforeAll(async () => {
  const hostile =
    "Location: http://evil.example/\r\nSet-Cookie: session=evil\r\nContent-Type: text/html\r\nCache-Control: public\r\n"
  target = await startRecorder({ answer: () => `HTTP/1.1 302 Found\r\n${hostile}Content-Length: 0\r\n\r\n` })
  proxy = startProxy({
    env: { SANDBAR_ALLOWED_TARGETS: `http://box.example:${target.port}` },
    network: { lookup: async () => ["127.0.0.1"] },
  })
})
afterAll(async () => {
  await proxy.stop()
  target.stop()
})

async function cross(): Promise<Seen> {
  const lines = [
    `X-Target-Server: http://box.example:${target.port}`,
    "X-Target-Authorization: Basic theirs",
    "X-Request-Id: r-1",
    "Cookie: session=victim",
    "X-OpenCode-Hop: 1",
    "Connection: close, X-OpenCode-Hop",
  ]
  const { text } = await rawRequest(
    proxy.port,
    `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join("\r\n")}\r\n\r\n`,
  )
  return { atTarget: target.requests.splice(0).join(""), atClient: text }
}

/** Every test file loads modules of its own, so no other test meets the shortened list. */
async function crossWithout<Pass extends { name: string }>(
  list: readonly Pass[],
  name: string,
  instead: readonly Pass[],
): Promise<Seen> {
  const live = list as Pass[]
  const at = live.findIndex((pass) => pass.name === name)
  const removed = live.splice(at, 1, ...instead)
  try {
    return await cross()
  } finally {
    live.splice(at, instead.length, ...removed)
  }
}

function describePasses<Pass extends { name: string }>(
  direction: string,
  list: readonly Pass[],
  scenarios: Record<string, Scenario<Pass>>,
): void {
  describe(direction, () => {
    test("every pass has its attack here, and every attack its pass", () => {
      expect(list.map((pass) => pass.name).sort()).toEqual(Object.keys(scenarios).sort())
    })
    test.each(
      Object.entries(scenarios).map(([name, scenario]) => [scenario.attack, name, scenario] as const),
    )("%s (%s)", async (_attack, name, { works, naive }) => {
      expect(works(await cross())).toBe(false)
      const seen = await crossWithout(list, name, naive ? [naive] : [])
      // The request crossed all the same; only the defence was missing.
      expect([seen.atTarget.slice(0, 6), seen.atClient.slice(0, 12)]).toEqual(["GET /x", "HTTP/1.1 302"])
      expect(works(seen)).toBe(true)
      expect(works(await cross())).toBe(false)
    })
  })
}

describePasses("towards a target", requestPasses, requestScenarios)
describePasses("back from a target", responsePasses, responseScenarios)
