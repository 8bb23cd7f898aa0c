// Parts of server texts as generators: good ones, and what an attacker puts in their place.
import fc from "fast-check"

const letters = "abcdefghijklmnopqrstuvwxyz"
export const dnsLabel = fc
  .tuple(
    fc.constantFrom(...letters),
    fc.string({ unit: fc.constantFrom(...letters, ..."0123456789-"), maxLength: 10 }),
    fc.constantFrom(...letters, ..."0123456789"),
  )
  .map((parts) => parts.join(""))
  // `ab--` marks an internationalised name, which is a kind of its own.
  .filter((text) => !text.startsWith("xn--"))
const userNamespace = dnsLabel.map((text) => `team-${text}`)
export const podHost = fc
  .tuple(fc.array(dnsLabel, { minLength: 1, maxLength: 2 }), userNamespace)
  .map(([names, namespace]) => `${names.join(".")}.${namespace}.svc.cluster.local`)
export const scheme = fc.constantFrom("http", "https")
export const mixedCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((each, at) => (upper[at] ? each.toUpperCase() : each)).join(""))
export const splice = (into: fc.Arbitrary<string>, piece: fc.Arbitrary<string>) =>
  fc
    .tuple(into, piece, fc.nat())
    .map(([text, inserted, at]) => text.slice(0, at % text.length) + inserted + text.slice(at % text.length))

export const outsideHost = fc
  .tuple(
    dnsLabel,
    fc.constantFrom("com", "example", "local", "internal", "localhost", "cluster.local", "svc"),
  )
  .map((parts) => parts.join("."))

/** Every way in which a URL parser reads an IPv4 address: 1 to 4 parts, each decimal, octal or hexadecimal. */
export const ipv4Forms: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.constantFrom(0x7f000001, 0x7f000002, 0x0a020001, 0xa9fea9fe, 0), fc.nat(0xffffffff)),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.constantFrom("decimal", "octal", "hex", "HEX", "padded"), { minLength: 4, maxLength: 4 }),
  )
  .map(([number, count, forms]) => {
    const bytes = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
    const last = bytes.slice(count - 1).reduce((sum, byte) => sum * 256 + byte, 0)
    return [...bytes.slice(0, count - 1), last].map((part, at) => write(part, forms[at] ?? "")).join(".")
  })

function write(part: number, form: string): string {
  if (form === "octal") return `0${part.toString(8)}`
  if (form === "hex") return `0x${part.toString(16)}`
  if (form === "HEX") return `0X00${part.toString(16).toUpperCase()}`
  return form === "padded" ? `00${part.toString(8)}` : String(part)
}

export const ipv6Forms = fc.oneof(
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.ipV4().map((address) => `64:ff9b::${address}`),
  fc.ipV4().map((address) => `::${address}`),
  fc.constantFrom("::1", "::", "fe80::1%25eth0", "fd00:ec2::254", "::ffff:7f00:1", "2002:7f00:1::"),
)

export const systemNamespace = fc.oneof(
  dnsLabel.map((text) => `kube-${text}`),
  dnsLabel.map((text) => `${text}-system`),
  fc.constantFrom(
    "kubeflow",
    "cert-manager",
    "auth",
    "oauth2-proxy",
    "ingress-nginx",
    "knative-serving",
    "linkerd",
  ),
)

export function openPorts(): fc.Arbitrary<string> {
  const ports = fc.oneof(fc.constantFrom(80, 443, 1024, 65_535), fc.integer({ min: 1024, max: 65_535 }))
  return fc.tuple(podHost, ports).map(([host, number]) => `http://${host}:${number}`)
}

export const badPort = fc.oneof(
  fc.constantFrom("", "0", "00080", "+80", "-1", " 80", "8_0", "0x50", "80a", "1e3", "\uff18\uff10", "80:80"),
  fc.integer({ min: 65_536 }).map(String),
)

/** One letter replaced by another that NFKC, lowering the case or the eye takes for it. */
export function lookalikes(pod: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const twins: Record<string, string> = {
    ...{
      a: "\u0430",
      c: "\u0441",
      e: "\u0435",
      k: "\u212a",
      l: "\u2113",
      o: "\u043e",
      s: "\u017f",
      t: "\uff54",
    },
    ...{
      ".": "\u3002",
      ":": "\uff1a",
      "/": "\u2044",
      "1": "\u2460",
      "0": "\u24ea",
      "-": "\u2010",
      v: "\u2174",
    },
  }
  return fc.tuple(pod, fc.nat()).map(([text, pick]) => {
    const places = [...text].flatMap((each, at) => (twins[each] ? [at] : []))
    const at = places[pick % places.length] ?? 0
    return text.slice(0, at) + twins[text[at] ?? ""] + text.slice(at + 1)
  })
}

export function dots(pod: fc.Arbitrary<string>, port: number): fc.Arbitrary<string> {
  const end = `:${port}`
  return fc.oneof(
    pod.map((text) => text.replace(end, `.${end}`)),
    pod.map((text) => text.replace(".", "..")),
    pod.map((text) => text.replace("://", "://.")),
  )
}
