// Stands in for `opencode serve`: healthy at once, one answer that takes a while, gone at the first signal.
import { writeFileSync } from "node:fs"

const port = Number(process.argv[process.argv.indexOf("--port") + 1])

Bun.serve({
  hostname: "127.0.0.1",
  port,
  fetch: async (request) => {
    if (new URL(request.url).pathname !== "/slow") return Response.json({ healthy: true, version: "fake" })
    writeFileSync("asked", "")
    await Bun.sleep(1_500)
    return new Response("a whole answer")
  },
})
