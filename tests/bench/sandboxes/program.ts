// The real app over the real Kubernetes driver, as a process of its own. The cluster of the tests has neither DNS nor
// pods that run: every name of a Service leads to one private address, and what is sent there goes to the stand-in.
import { makeLog } from "../../../proxy/log.ts"
import { makeKubernetesDriver } from "../../../proxy/sandboxes/kubernetes/kubernetes-driver.ts"
import { serverPort } from "../../../proxy/sandboxes/kubernetes/names.ts"
import { sealingKey, templateIn } from "../../cluster/kubernetes-world.ts"
import { startProxy } from "../../wire/start-proxy.ts"

const [kubeconfig = "", namespace = "", standIn = ""] = process.argv.slice(2)
const podAddress = "10.244.0.2"

const templates = [templateIn(namespace)]
const driver = makeKubernetesDriver({
  key: sealingKey,
  log: makeLog({ format: "json", level: "info" }),
  env: {},
  templates: () => templates,
  kubeconfig,
})
const { url } = startProxy({
  env: {
    SANDBAR_IDENTITY: "header:x-user",
    SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
    SANDBAR_LIMITS: "client=20000,target=20000,rate=20000",
  },
  driver,
  templates,
  network: {
    resolve4: async () => [podAddress],
    resolve6: async () => [],
    touch: async () => undefined,
  },
  fetch: (asked, init) => fetch(asked.replace(`http://${podAddress}:${serverPort}`, standIn), init),
})
await driver.ready

process.on("SIGUSR2", () => {
  Bun.gc(true)
  process.stdout.write("collected\n")
})
process.on("SIGTERM", () => void driver.close().then(() => process.exit(0)))
process.stdout.write(`${url}/\n`)
