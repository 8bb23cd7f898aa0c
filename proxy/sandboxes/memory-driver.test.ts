// The driver that the fast tests trust is held to the same promises as the real ones.
import { describeDriver } from "../../tests/fakes/driver-contract.ts"
import { makeMemoryDriver, makeMemoryStore, memoryEndpoint } from "../../tests/fakes/memory-driver.ts"
import { testTemplate } from "../../tests/fakes/test-template.ts"

describeDriver("memory", async () => {
  const options = { store: makeMemoryStore(), endpointOf: () => memoryEndpoint }
  let driver = makeMemoryDriver(options)
  return {
    driver,
    template: testTemplate(),
    record: { repository: null, branch: null, directory: null },
    async reopen() {
      await driver.close()
      driver = makeMemoryDriver(options)
      return driver
    },
    end: () => driver.close(),
  }
})
