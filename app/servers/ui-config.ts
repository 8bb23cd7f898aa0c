// What the proxy tells the UI at start. Asked until it answers: the proxy may be restarting.
import * as v from "valibot"
import { uiConfigPath } from "../../shared/paths.ts"
import { type UiConfig, UiConfigSchema } from "../../shared/ui-config.ts"
import { underPrefix } from "../base/prefix.ts"
import type { Fetch } from "./probe.ts"

export type UiConfigOptions = {
  fetch?: Fetch
  sleep?: (ms: number) => Promise<void>
  /** Told before each wait, with one sentence. */
  onTrouble?: (reason: string) => void
}

const firstDelayMs = 250
const longestDelayMs = 5_000

export async function loadUiConfig(options: UiConfigOptions = {}): Promise<UiConfig> {
  const sleep = options.sleep ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)))
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    const answer = await askOnce(options.fetch ?? fetch)
    if (typeof answer !== "string") return answer
    options.onTrouble?.(answer)
    await sleep(delayMs)
  }
}

/** The configuration, or what went wrong in one sentence. */
async function askOnce(fetch: Fetch): Promise<UiConfig | string> {
  try {
    const response = await fetch(underPrefix(uiConfigPath), { cache: "no-store" })
    if (response.status === 401 || response.status === 403)
      return "You have to sign in again. Reload the page."
    if (!response.ok) return `Sandbar's proxy answers with status ${response.status}. Trying again.`
    const parsed = v.safeParse(UiConfigSchema, await response.json())
    if (parsed.success) return parsed.output
    return "Sandbar's proxy has another version than this page. Reload the page."
  } catch (error) {
    if (error instanceof SyntaxError)
      return "Something else than Sandbar's proxy answers here. Reload the page."
    return "Sandbar's proxy does not answer. Trying again."
  }
}
