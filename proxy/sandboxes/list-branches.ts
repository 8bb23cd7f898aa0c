// The branches of a remote repository, asked for by the smart HTTP protocol (gitprotocol-http, gitprotocol-v2), so
// that no git program is needed and exactly the address is dialled that was checked.
import ipaddr from "ipaddr.js"
import { Problem } from "../../shared/problems.ts"
import type { Branches } from "../../shared/templates.ts"
import type { Network } from "../forward/dial.ts"
import { orAbort } from "../or-abort.ts"
import { packetLines, packets } from "./packet-lines.ts"

export type ListBranchesDeps = {
  fetch: (url: string, init: BunFetchRequestInit) => Promise<Response>
  network: Pick<Network, "lookup">
  deadlineMs?: number
}

export type BranchesOf = {
  /** Accepted by checkRepository. */
  url: string
  /** Whether the host may have a private address: the operator named it, or the person owns this machine. */
  privateToo: boolean
  signal: AbortSignal
}

const mostBytes = 1_048_576
const mostBranches = 500

/** Throws `sandbox.branches` with a sentence, or the signal's reason. */
export function makeListBranches({ fetch, network, deadlineMs = 8_000 }: ListBranchesDeps) {
  return async ({ url, privateToo, signal }: BranchesOf): Promise<Branches> => {
    const repository = new URL(url)
    const deadline = AbortSignal.timeout(deadlineMs)
    const both = AbortSignal.any([signal, deadline])
    try {
      const address = await orAbort(addressOf(repository.hostname, network, privateToo), both)
      const response = await orAbort(askRefs(repository, address, fetch, both), both)
      return readRefs(await orAbort(readAnswer(response, repository.hostname), both))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Problem) throw error
      const why = deadline.aborted ? "did not answer in time" : "cannot be reached from here"
      throw refuse(`${repository.hostname} ${why}.`, error)
    }
  }
}

/** One that is checked is dialled: a second look-up could answer differently (DNS rebinding). */
async function addressOf(
  host: string,
  network: Pick<Network, "lookup">,
  privateToo: boolean,
): Promise<string> {
  const addresses = ipaddr.isValid(host)
    ? [host]
    : await network.lookup(host).catch((cause: unknown) => {
        throw refuse(`No host has the name ${host}. Check the address.`, cause)
      })
  const allowed = addresses.filter((address) => mayDial(address, privateToo))
  if (addresses.length > 0 && allowed.length === addresses.length) return allowed[0] as string
  // Whether a name leads into our own network is nobody's business.
  throw refuse(`${host} cannot be reached from here.`)
}

/** Not what leads elsewhere in disguise either: a translated address (RFC 6052) may be a cloud's metadata service. */
const ownRanges = new Set(["unicast", "private", "uniqueLocal", "carrierGradeNat", "loopback"])

function mayDial(address: string, privateToo: boolean): boolean {
  const range = ipaddr.process(address).range()
  return privateToo ? ownRanges.has(range) : range === "unicast"
}

function askRefs(
  repository: URL,
  address: string,
  fetch: ListBranchesDeps["fetch"],
  signal: AbortSignal,
): Promise<Response> {
  const dialled = address.includes(":") ? `[${address}]` : address
  const port = repository.port ? `:${repository.port}` : ""
  const path = `${repository.pathname.replace(/\/$/, "")}/git-upload-pack`
  return fetch(`${repository.protocol}//${dialled}${port}${path}`, {
    method: "POST",
    headers: {
      host: repository.host,
      accept: "application/x-git-upload-pack-result",
      "content-type": "application/x-git-upload-pack-request",
      "git-protocol": "version=2",
      "user-agent": "git/sandbar",
    },
    body: packetLines([
      "command=ls-refs\n",
      "delim",
      "symrefs\n",
      "ref-prefix HEAD\n",
      "ref-prefix refs/heads/\n",
      "flush",
    ]),
    // A redirect would lead to a host that nobody checked.
    redirect: "manual",
    proxy: false as never,
    signal,
    ...(repository.protocol === "https:" ? { tls: { serverName: repository.hostname } } : {}),
  } as BunFetchRequestInit)
}

async function readAnswer(response: Response, host: string): Promise<Uint8Array> {
  if (response.status === 401 || response.status === 403 || response.status === 404)
    throw refuse(`${host} shows this repository to nobody without a password, or has none of that name.`)
  const type = response.headers.get("content-type") ?? ""
  if (!response.ok || !type.startsWith("application/x-git-upload-pack-result"))
    throw refuse(`${host} does not tell its branches.`)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    parts.push(part)
    length += part.length
    // What is cut in the middle of a line is left out by `packets`.
    if (length > mostBytes) break
  }
  return Buffer.concat(parts)
}

const head = "refs/heads/"

function readRefs(answer: Uint8Array): Branches {
  const names: string[] = []
  let main: string | null = null
  for (const line of packets(answer)) {
    const [, ref, ...attributes] = line.trimEnd().split(" ")
    const target = attributes.find((attribute) => attribute.startsWith(`symref-target:${head}`))
    if (ref === "HEAD" && target) main = target.slice("symref-target:".length + head.length)
    else if (ref?.startsWith(head)) names.push(ref.slice(head.length))
  }
  const sorted = names.sort((a, b) => Number(b === main) - Number(a === main) || a.localeCompare(b))
  return {
    branches: sorted.slice(0, mostBranches),
    default: main,
    more: sorted.length > mostBranches || answer.length > mostBytes,
  }
}

function refuse(detail: string, cause?: unknown): Problem {
  return new Problem("sandbox.branches", detail, { cause })
}
