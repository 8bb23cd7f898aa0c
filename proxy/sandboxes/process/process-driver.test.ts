// The contract of every driver, held by processes.
import { describeDriver } from "../../../tests/fakes/driver-contract.ts"
import { makeProcessWorld } from "../../../tests/fakes/process-world.ts"

const anywhere = { repository: null, branch: null, directory: null }

describeDriver(
  "process",
  async () => {
    const world = await makeProcessWorld()
    const { driver, template, reopen, end } = world
    return { driver, template, record: anywhere, reopen, end }
  },
  { startMs: 10_000 },
)
