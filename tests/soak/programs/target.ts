// One target of a soak as a process of its own, to be killed: `target.ts <http port> <socket port>`.
import { startSoakTarget } from "../target.ts"

const [httpPort, socketPort] = process.argv.slice(2).map(Number)
startSoakTarget(httpPort ?? 0, socketPort ?? 0).once("listening", () => process.stdout.write("ready\n"))
