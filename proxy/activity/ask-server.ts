// Our own question to a server, on the same way as a forwarded one: policy, checked address, header passes.
import { forwardPath, targetAuthorizationHeader } from "../../shared/paths.ts"
import type { Dial } from "../forward/dial.ts"
import type { Route } from "../forward/exchange.ts"
import { type SendOptions, sendToTarget } from "../forward/http.ts"
import type { ChooseTarget } from "../forward/target.ts"
import type { ManagedServers } from "../sandboxes/managed.ts"
import type { AskServer } from "./activity.ts"
import { NotThere } from "./look-for-work.ts"

export type AskRouteDeps = Pick<SendOptions, "fetch" | "viaToken" | "drain">
export type AskDeps = { choose: ChooseTarget; managed: ManagedServers; dial: Dial; askRoute: AskRoute }

/** One GET along a known route; rejects for anything but JSON, with NotThere where the server does not know the path. */
export type AskRoute = (
  route: Route,
  path: string,
  options: { signal: AbortSignal; authorization?: string | undefined; budget?: Budget },
) => Promise<unknown>

/**
 * What the answers to several questions may have together, in characters. A server decides how much it says and how
 * many questions follow from it, and reading all of that holds up everybody.
 */
export type Budget = { left: number }
export const makeBudget = (): Budget => ({ left: mostBytes })

/** A list of sessions is far smaller. */
const mostBytes = 4_194_304

export function makeAskRoute(deps: AskRouteDeps): AskRoute {
  // Nobody's request: it takes no place from anyone and stands in no figure.
  const ignore = () => undefined
  const slot = { toStream: ignore, release: ignore }
  const metrics = { bytes: ignore, firstByte: ignore }
  // Whoever asks says with the signal for how long.
  const deadlines = () => ignore
  const options = { ...deps, mostBytes, metrics, deadlines, onCut: ignore }

  return async (route, path, { signal, authorization, budget = makeBudget() }) => {
    const headers = {
      accept: "application/json",
      ...(authorization && { [targetAuthorizationHeader]: authorization }),
    }
    const request = new Request("http://sandbar/", { headers, signal })
    const forwardBase = `/${forwardPath.slice(0, -1)}`
    const requestId = crypto.randomUUID()
    const response = await sendToTarget({ ...route, request, path, forwardBase, requestId, slot }, options)
    return readJson(response, path, budget)
  }
}

export function makeAskServer({ choose, managed, dial, askRoute }: AskDeps): AskServer {
  async function routeTo(name: string): Promise<Route> {
    if (managed.has(name)) return managed.route(name, "ourselves")
    const target = choose(name)
    return { target, name: target.origin, address: await dial(target), authorization: undefined }
  }
  return async ({ name, authorization }, path, signal, budget = makeBudget()) =>
    askRoute(await routeTo(name), path, { signal, authorization, budget })
}

async function readJson(response: Response, path: string, budget: Budget): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of response.body ?? []) {
    const part = decoder.decode(chunk, { stream: true })
    budget.left -= part.length
    if (budget.left < 0) throw new Error("the answers are too long")
    text += part
  }
  if (response.status === 404) throw new NotThere(path)
  if (!response.ok) throw new Error(`the answer is ${response.status}`)
  // OpenCode answers with the page of its UI where it knows nothing else.
  if (/^\s*</.test(text)) throw new NotThere(path)
  return JSON.parse(text)
}
