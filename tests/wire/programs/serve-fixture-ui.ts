// The real entry with a page that needs no build.
import { serveUi } from "../../../proxy/serve-ui.ts"
import { fixtureUi } from "../start-proxy.ts"

serveUi(process.argv.slice(2), fixtureUi)
