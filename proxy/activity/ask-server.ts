// Our own question to a server, on the same way as a forwarded one: policy, checked address, header passes.
import { forwardPath, targetAuthorizationHeader } from "../../shared/paths.ts"
import type { Dial } from "../forward/dial.ts"
import { type SendOptions, sendToTarget } from "../forward/http.ts"
import { type AllowedTargets, chooseTarget } from "../forward/target.ts"
import { type ManagedServers, managedTarget } from "../sandboxes/managed.ts"
import type { AskServer } from "./activity.ts"

export type AskDeps = Pick<SendOptions, "fetch" | "viaToken" | "drain"> & {
  allowed: AllowedTargets
  managed: ManagedServers
  dial: Dial
}

/** A server decides how much it says; a list of sessions is far smaller. */
const mostBytes = 4_194_304

export function makeAskServer(deps: AskDeps): AskServer {
  const { allowed, managed, dial } = deps
  // Nobody's request: it takes no place from anyone and stands in no figure.
  const ignore = () => undefined
  const slot = { toStream: ignore, release: ignore }
  const metrics = { bytes: ignore, firstByte: ignore }
  // Whoever asks says with the signal for how long.
  const deadlines = () => ignore
  const options = { ...deps, mostBytes, metrics, deadlines, onCut: ignore }

  return async ({ name, authorization }, path, signal) => {
    const target = managedTarget(name, managed) ?? (await dialled(name, allowed, dial))
    const headers = {
      accept: "application/json",
      ...(authorization && { [targetAuthorizationHeader]: authorization }),
    }
    const request = new Request("http://sandbar/", { headers, signal })
    const forwardBase = `/${forwardPath.slice(0, -1)}`
    const requestId = crypto.randomUUID()
    const response = await sendToTarget({ ...target, request, path, forwardBase, requestId, slot }, options)
    return readJson(response)
  }
}

async function dialled(name: string, allowed: AllowedTargets, dial: Dial) {
  const target = chooseTarget(name, allowed)
  return { target, name: target.origin, address: await dial(target), authorization: undefined }
}

async function readJson(response: Response): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > mostBytes) throw new Error("the answer is too long")
  }
  if (!response.ok) throw new Error(`the answer is ${response.status}`)
  return JSON.parse(text)
}
