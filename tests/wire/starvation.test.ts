// One connection must not take the whole process for itself.
import { afterEach, expect, test } from "vitest"
import { openRaw } from "./open-raw.ts"
import { startServeUi } from "./start-serve-ui.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test("starvation: requests without end on one connection leave room for everybody else", async () => {
  const serveUi = await startServeUi({ SANDBAR_DRIVER: "none" })
  cleanups.push(serveUi.cleanup)
  const request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  const flood = await openRaw(Number(new URL(serveUi.url).port), request)
  cleanups.push(() => flood.destroy())
  flood.on("data", () => undefined)
  const many = request.repeat(5_000)
  const pour = () => {
    while (!flood.destroyed && flood.write(many));
  }
  flood.on("drain", pour)
  pour()
  for (let looks = 0; looks < 5; looks++) {
    const answer = await fetch(`${serveUi.url}healthz`, { signal: AbortSignal.timeout(3_000) })
    expect(answer.status).toBe(200)
  }
})
