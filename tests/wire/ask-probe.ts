// GET api/probe, and what came back.

import * as v from "valibot"
import { expect } from "vitest"
import { type Probe, ProbeSchema } from "../../shared/probe.ts"

export type Told = Probe & {
  /** Everything that the client got: the body and the headers. */
  raw: string
  /** The names of the steps that were tried; a failed one ends with `!`. */
  tried: string
}

export async function askProbe(
  proxy: { url: string },
  target: string,
  headers: Record<string, string> = {},
): Promise<Told> {
  const answer = await probeRequest(proxy, target, headers)
  const text = await answer.text()
  expect([answer.status, text]).toEqual([200, expect.any(String)])
  const probe = v.parse(ProbeSchema, JSON.parse(text))
  const tried = probe.steps.map(({ step, ok }) => (ok ? step : `${step}!`)).join(" ")
  expect(probe.steps.slice(0, -1).every(({ ok }) => ok)).toBe(true)
  expect(probe.steps.every(({ ms }) => Number.isInteger(ms) && ms >= 0)).toBe(true)
  if (probe.sentence !== "") expect(probe.sentence).toMatch(/^\p{Lu}.*\.$/u)
  expect(probe.sentence === "").toBe(probe.verdict === "healthy")
  return { ...probe, raw: text + JSON.stringify([...answer.headers]), tried }
}

export function probeRequest(
  proxy: { url: string },
  target: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Response> {
  const url = `${proxy.url.replace(/\/$/, "")}/api/probe`
  return fetch(url, { ...init, headers: { "x-target-server": target, ...headers } })
}

export const basic = (password: string) => ({
  "x-target-authorization": `Basic ${btoa(`opencode:${password}`)}`,
})
