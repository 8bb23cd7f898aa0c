// Where the proxy would connect to for one server, asked of one name server: `look-up.ts <name server> <server>`.
// A process of its own, because resolvers read their search domains from the environment once.
import { setServers } from "node:dns"
import { Resolver } from "node:dns/promises"
import { makeDial } from "../../../proxy/forward/dial.ts"
import { chooseTarget } from "../../../proxy/forward/target.ts"
import { makeNetwork } from "../../../proxy/network.ts"
import { Problem } from "../../../shared/problems.ts"

const [nameServer = "", server = ""] = process.argv.slice(2)
// Whoever takes the process's own resolver asks there as well.
setServers([nameServer])
const makeResolver = () => {
  const resolver = new Resolver()
  resolver.setServers([nameServer])
  return resolver
}
const dial = makeDial({ ...makeNetwork(() => 0, makeResolver), touch: async () => undefined })
const found = dial(chooseTarget(server, { suffixes: ["svc.cluster.local"], origins: [] }))
process.stdout.write(await found.catch((error) => (error instanceof Problem ? error.code : String(error))))
