// How each kind of setting is read. A parser returns the value or throws a Fault that says what is right.
import { resolve } from "node:path"
import { isServerUrl, localServerUrl, type ProvidedServer } from "../shared/servers.ts"
import { type AllowedTargets, parseOrigin } from "./forward/target.ts"
import type { Identity } from "./guard/identity.ts"
import { defaultLimits, type Limits } from "./guard/limits.ts"
import { type Cidr, parseCidr } from "./guard/trusted-peers.ts"
import { parsePrefix } from "./prefix.ts"

/** Why a value cannot be used, as the end of a sentence: `…; use a number from 1 to 65535`. */
export class Fault extends Error {}

export function list(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
}

export function oneOf<T extends string>(...allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text)
    if (found === undefined) throw new Fault(`use one of: ${allowed.join(", ")}`)
    return found
  }
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new Fault(`use a whole number from ${least} to ${most}`)
    return value
  }
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Seconds; null for `never`. */
export function duration(text: string): number | null {
  if (text === "never") return null
  const [, count, unit = ""] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (secondsOf[unit] ?? Number.NaN)
  if (Number.isNaN(seconds)) throw new Fault("use a time such as 30m, 2h or 7d, or never")
  return seconds
}

export function host(text: string): string {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text)) throw new Fault("use an address or a host name, without a port")
  return text
}

export function clusterDomain(text: string): string {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(text)) throw new Fault("use a domain such as cluster.local")
  return text
}

/** What is checked has to be what is used later, when a child works in another directory. */
export function absolutePath(text: string, cwd: string): string {
  return text === "" ? "" : resolve(cwd, text)
}

/** Read before anybody knows who asks, or sent to targets by us. */
const otherMeaning =
  /^(host|via|connection|upgrade|origin|transfer-encoding|traceparent|tracestate|x-request-id|(content|sec|x-target|x-forwarded-(for|host|prefix))(-.*)?)$/i

/** Undefined when nothing is said. Header names compare in lower case, as `Headers` has them. */
export function identity(text: string): Identity | undefined {
  if (text === "") return undefined
  if (text === "none") return { is: "none" }
  const name = /^header:([a-z0-9][a-z0-9-]*)$/i.exec(text)?.[1]
  if (name === undefined) throw new Fault("use none, or a header that a gateway sets: header:kubeflow-userid")
  if (otherMeaning.test(name))
    throw new Fault(`${name} has a meaning of its own; use a header that only names people`)
  return { is: "header", name: name.toLowerCase() }
}

/** 32 characters of a random text hold more than the 128 bits that a key needs. */
export function installationKey(text: string): string | undefined {
  if (text === "") return undefined
  if (text.length < 32) throw new Fault("use at least 32 random characters, as from openssl rand -hex 32")
  return text
}

export function limits(text: string): Limits {
  const changed = list(text).map((item) => {
    const [name = "", value = "", ...rest] = item.split("=").map((part) => part.trim())
    if (!Object.hasOwn(defaultLimits, name) || rest.length > 0)
      throw new Fault(
        `${item} has to look like name=number; the names are ${Object.keys(defaultLimits).join(", ")}`,
      )
    return [name, wholeNumber(1, 1_000_000)(value)]
  })
  return { ...defaultLimits, ...Object.fromEntries(changed) }
}

export function hostNames(text: string): string[] {
  return list(text).map((item) => {
    const plain = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(item)
    if (!plain)
      throw new Fault(`${item} is not a host name such as kubeflow.example, without scheme and port`)
    return item.toLowerCase()
  })
}

export function prefix(text: string): string {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Fault("use a plain path such as /notebook/team-a/my-nb/")
  return parsed
}

export function cidrs(text: string): Cidr[] {
  return list(text).map((item) => {
    const parsed = parseCidr(item)
    if (!parsed) throw new Fault(`${item} is not an address or a range such as 10.0.0.0/8`)
    return parsed
  })
}

export type Allowed = AllowedTargets & { asWritten: readonly string[] }

export function allowedTargets(text: string): Allowed {
  const asWritten = list(text)
  const suffixes: string[] = []
  const origins: string[] = []
  for (const item of asWritten) {
    if (item.startsWith("*.")) suffixes.push(suffix(item))
    else origins.push(origin(item))
  }
  return { asWritten, suffixes, origins }
}

export function providedServers(text: string): ProvidedServer[] {
  return list(text).map((item) => {
    const at = item.indexOf("=")
    const name = item.slice(0, Math.max(at, 0)).trim()
    if (name === "" || name.length > 80) throw new Fault(`${item} has to look like Name=http://host:port`)
    const url = origin(item.slice(at + 1).trim())
    return { name, url }
  })
}

function suffix(pattern: string): string {
  const text = pattern.slice(2).toLowerCase()
  const labels = text.split(".")
  const plain = labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  const name = plain && !labels.some((label) => label.startsWith("xn--")) && !/^\d/.test(labels.at(-1) ?? "")
  if (!name) throw new Fault(`${pattern} is not a pattern such as *.svc.cluster.local`)
  // Under one label anybody may own a name and point it to any private address.
  if (labels.length < 2)
    throw new Fault(
      `${pattern} is too wide; put two labels after the star, as in *.home.lan, or name single servers, as in http://nas.lan:4096`,
    )
  return text
}

function origin(text: string): string {
  const parsed = parseOrigin(text)
  if (parsed === undefined || !isServerUrl(parsed))
    throw new Fault(
      `${text} is not a pattern such as *.svc.cluster.local or an origin such as http://host:4096`,
    )
  if (parsed === localServerUrl) throw new Fault(`${localServerUrl} is the name of the embedded server`)
  return parsed
}
