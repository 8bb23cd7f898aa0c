// The Kubernetes driver keeps what every driver promises, against a real API server and its controllers: with the Role
// that Sandbar ships and no other right. Namespaces take only `restricted` pods, so every pod here proves that it is one.
import { beforeAll } from "vitest"
import { describeDriver } from "../fakes/driver-contract.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import { giveNodeDisk, openDriver, restricted, shippedAccount, templateIn } from "./kubernetes-world.ts"

const cluster = sharedCluster()

beforeAll(() => giveNodeDisk(cluster))

describeDriver(
  "kubernetes",
  async () => {
    const namespace = await cluster.makeNamespace(restricted)
    const template = templateIn(namespace)
    const account = { kubeconfig: await shippedAccount(cluster, namespace) }
    const world = {
      driver: openDriver(account, [template]),
      template,
      record: { repository: "https://git.example.com/ada/one", branch: "main", directory: null },
      reopen: async () => {
        await world.driver.close()
        world.driver = openDriver(account, [template])
        return world.driver
      },
      end: async () => {
        await world.driver.close()
        await cluster.api.remove(`/api/v1/namespaces/${namespace}`)
      },
    }
    return world
  },
  { changeMs: 8_000, startMs: 20_000 },
)
