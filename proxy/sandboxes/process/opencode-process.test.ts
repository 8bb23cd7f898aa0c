import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, expect, test } from "vitest"
import { isHealthy, type OpencodeProcess, startOpencode } from "./opencode-process.ts"

const directory = mkdtempSync(join(tmpdir(), "sandbar-opencode-process-"))
let server: OpencodeProcess | undefined
afterEach(() => server?.stop())
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test("a squatter on the port of a program that has died: its exit is told before its tools let go of its output", async () => {
  const program = join(directory, "opencode")
  writeFileSync(program, "#!/bin/sh\nenv -i sleep 2 &\necho last words\nexit 3\n", { mode: 0o755 })
  const began = performance.now()
  server = await startOpencode({
    program,
    directory,
    env: { PATH: process.env.PATH },
    onLine: () => undefined,
  })
  await server.exited
  // Its tool has the output for two seconds from when it was started.
  expect(performance.now() - began).toBeLessThan(1_900)
  expect(await server.ended).toBe("last words")
})

test("the last words after a crash are its cause, not the runtime's version", async () => {
  const program = join(directory, "crashes")
  const lines = [
    "12 | code()",
    "error: no space left on device",
    "      at save (db.ts:12:3)",
    "Bun v1.3.14 (Linux x64)",
  ]
  writeFileSync(program, `#!/bin/sh\ncat >&2 <<'END'\n${lines.join("\n")}\nEND\nexit 1\n`, { mode: 0o755 })
  server = await startOpencode({
    program,
    directory,
    env: { PATH: process.env.PATH },
    onLine: () => undefined,
  })
  expect(await server.ended).toBe("error: no space left on device")
})

test("a stranger on its port who answers without end is not taken for well, and is not listened to", async () => {
  let sent = 0
  const stranger = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      const pull = (controller: ReadableStreamDefaultController) => {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(32))
      }
      return new Response(new ReadableStream({ pull }))
    },
  })
  expect(await isHealthy({ port: stranger.port ?? 0, authorization: "Basic eA==" }, fetch)).toBe(false)
  expect(sent).toBeLessThan(16_000_000)
  await stranger.stop(true)
})
