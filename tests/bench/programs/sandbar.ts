// The real entry with a page that needs no build. SIGUSR2 collects garbage and says what is left: memory is
// compared after that.
import { heapStats } from "bun:jsc"
import { serveUi } from "../../../proxy/serve-ui.ts"
import { fixtureUi } from "../../wire/start-proxy.ts"

process.on("SIGUSR2", () => {
  Bun.gc(true)
  const { heapSize, objectCount } = heapStats()
  process.stdout.write(`${JSON.stringify({ bytes: heapSize, objects: objectCount })}\n`)
})
serveUi([], fixtureUi)
