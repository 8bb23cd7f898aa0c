// A test run that never ends by itself: it opens a cluster and waits to be killed.
import { openCluster } from "../harness/cluster.ts"

await openCluster()
process.stdout.write("ready\n")
setInterval(() => undefined, 60_000)
