// Kubeconfigs that authenticate by a service account's token: what a role allows shows only to somebody who has it.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Api, Refusal } from "./api.ts"

interface Where {
  readonly api: Api
  readonly directory: string
  readonly server: string
}

interface Account {
  readonly namespace: string
  readonly name: string
  readonly seconds?: number | undefined
}

/** Answers the file's path. The API server lets no token live shorter than ten minutes. */
export async function serviceAccountKubeconfig(where: Where, account: Account): Promise<string> {
  const { namespace, name } = account
  const token = await serviceAccountToken(where.api, account)
  const file = join(where.directory, `${namespace}-${name}.kubeconfig`)
  const ca = readFileSync(join(where.directory, "pki", "ca.crt")).toString("base64")
  const cluster = { server: where.server, "certificate-authority-data": ca }
  // JSON is YAML.
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "testbed", cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name: "testbed", context: { cluster: "testbed", user: name, namespace } }],
    "current-context": "testbed",
  }
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 })
  return file
}

/** A token for the account, which is made when it is missing. */
export async function serviceAccountToken(
  api: Api,
  { namespace, name, seconds = 3600 }: Account,
): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await api.create(accounts, { metadata: { name } }).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.reason !== "AlreadyExists") throw error
  })
  const asked = await api.create<{ status: { token: string } }>(`${accounts}/${name}/token`, {
    spec: { expirationSeconds: seconds },
  })
  return asked.status.token
}
