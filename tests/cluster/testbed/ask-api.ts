// What the shell scripts here ask the API server, as its administrator; the exit code is the answer.
//   ask-api.ts STATE_DIR GET /readyz
//   ask-api.ts STATE_DIR POST /api/v1/nodes   < YAML
//   ask-api.ts STATE_DIR ready-node NAME
import { adminApi } from "../harness/api.ts"

const [directory = "", verb = "", subject = ""] = process.argv.slice(2)
const api = adminApi(directory)

async function ask(): Promise<boolean> {
  if (verb === "ready-node") return isReady(await api.get(`/api/v1/nodes/${subject}`))
  if (verb === "POST") await api.createFromYaml(subject, await Bun.stdin.text())
  else await api.request("GET", subject)
  return true
}

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

function isReady(node: WithConditions): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false
}

process.exit((await ask()) ? 0 : 1)
