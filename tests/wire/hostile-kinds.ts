// Each kind of server text in hostile-targets.json as a generator: rows of the same kind that nobody wrote down.
import fc from "fast-check"
import {
  badPort,
  dnsLabel,
  dots,
  ipv4Forms,
  ipv6Forms,
  lookalikes,
  mixedCase,
  openPorts,
  outsideHost,
  podHost,
  scheme,
  splice,
  systemNamespace,
} from "./server-texts.ts"

export type Kind = { name: string; text: fc.Arbitrary<string>; status: readonly (number | "allow")[] }

/** On `port` something listens, so that a text which slips through arrives somewhere. */
export function hostileKinds(port: number): Kind[] {
  const on = (host: fc.Arbitrary<string>) =>
    fc.tuple(scheme, host).map(([protocol, name]) => `${protocol}://${name}:${port}`)
  const pod = on(podHost)
  const behind = (what: fc.Arbitrary<string>) => fc.tuple(pod, what).map((parts) => parts.join(""))
  const outside = on(outsideHost)
  const one = (...texts: string[]) => fc.constantFrom(...texts)
  const kind = (name: string, text: fc.Arbitrary<string>, ...status: Kind["status"]) => ({
    name,
    text,
    status,
  })

  return [
    kind("a pod, in any case, with or without the slash", behind(one("", "/")).chain(mixedCase), "allow"),
    kind("a pod on any open port", openPorts(), "allow"),

    kind(
      "user-info in front of another host",
      fc.tuple(pod, outside).map(([a, b]) => `${a}@${b.slice(b.indexOf("//") + 2)}`),
      400,
    ),
    kind(
      "user-info in front of a pod",
      on(fc.tuple(dnsLabel, podHost).map(([user, host]) => `${user}@${host}`)),
      400,
    ),
    kind(
      "a path",
      behind(fc.tuple(one("/", "//", "/./", "/../"), dnsLabel).map((parts) => parts.join(""))),
      400,
    ),
    kind(
      "a query or a fragment",
      behind(fc.tuple(one("?", "#", "/?", "/#"), dnsLabel).map((parts) => parts.join(""))),
      400,
    ),
    kind("a backslash", splice(pod, one("\\", "\\\\", "/\\")), 400),
    kind("a percent sign", splice(pod, one("%2e", "%2f", "%40", "%00", "%61", "%")), 400),
    kind(
      "another host in front of a backslash",
      fc.tuple(outside, podHost).map(([a, b]) => `${a}\\.${b}`),
      400,
    ),
    kind(
      "a space or a control character",
      splice(
        pod,
        fc.integer({ min: 0, max: 0x20 }).map((code) => String.fromCharCode(code)),
      ),
      400,
    ),
    kind(
      "a code point beyond ASCII",
      splice(
        pod,
        fc.integer({ min: 0x7f, max: 0xffff }).map((code) => String.fromCodePoint(code)),
      ),
      400,
    ),
    kind("a letter that looks or lowers like one of ours", lookalikes(pod), 400),
    kind(
      "a character that no host has",
      splice(pod, one("_", "*", ",", ";", "'", '"', "<", "|", "^", "{", "~", "!", "$", "&", "(", "=", "+")),
      400,
    ),
    kind("an empty label or a dot at the end", dots(pod, port), 400),
    kind(
      "a label of more than 63 characters",
      on(fc.tuple(fc.integer({ min: 64, max: 200 }), podHost).map(([n, host]) => `${"a".repeat(n)}.${host}`)),
      400,
    ),
    kind(
      "a hyphen at the end of a label",
      on(fc.tuple(one("-a", "a-", "-"), podHost).map((parts) => parts.join("."))),
      400,
    ),
    kind(
      "more than 300 characters",
      on(
        fc.tuple(fc.integer({ min: 150, max: 400 }), podHost).map(([n, host]) => `${"a.".repeat(n)}${host}`),
      ),
      400,
    ),
    kind(
      "another scheme",
      fc
        .tuple(
          one("ws", "wss", "ftp", "file", "gopher", "blob", "s3", "httpx", "htt", "javascript", "unix"),
          podHost,
        )
        .map(([a, b]) => `${a}://${b}:${port}`),
      400,
    ),
    kind(
      "no scheme, or not two slashes",
      fc
        .tuple(one("", "//", "http:", "http:/", "http:///", "http:\\\\", ":", "://"), podHost)
        .map(([a, b]) => `${a}${b}:${port}`),
      400,
    ),
    kind(
      "a port that is not one",
      fc.tuple(podHost, badPort).map(([host, text]) => `http://${host}:${text}`),
      400,
    ),
    kind("an IPv6 address", on(ipv6Forms.map((address) => `[${address}]`)), 400),
    kind("an IPv6 address without brackets", on(ipv6Forms), 400, 403),

    kind("an IPv4 address in any of its forms", on(ipv4Forms), 400, 403),
    kind(
      "an IPv4 address behind a pod's name",
      on(fc.tuple(podHost, fc.nat(0xffffffff)).map((parts) => parts.join("."))),
      400,
      403,
    ),
    kind("another host", outside, 403),
    kind(
      "a pod's name in front of another host",
      on(fc.tuple(podHost, outsideHost).map((parts) => parts.join("."))),
      403,
    ),
    kind(
      "an end like ours without the dot",
      on(fc.tuple(dnsLabel, dnsLabel).map(([a, b]) => `${a}.${b}svc.cluster.local`)),
      403,
    ),
    kind(
      "the bare suffix, or one label in front",
      on(fc.tuple(one("", "a.", "sandbox."), one("svc.cluster.local")).map((parts) => parts.join(""))),
      403,
    ),
    kind(
      "an internationalised label",
      on(fc.tuple(dnsLabel, podHost).map(([a, b]) => `xn--${a}.${b}`)),
      400,
      403,
    ),
    kind(
      "a system namespace",
      on(
        fc
          .tuple(fc.array(dnsLabel, { minLength: 1, maxLength: 2 }), systemNamespace)
          .map(([a, b]) => `${a.join(".")}.${b}.svc.cluster.local`),
      ).chain(mixedCase),
      403,
    ),
    kind(
      "the API server",
      on(
        fc
          .tuple(one("", "x.", "a.b."), one("kubernetes.default.svc.cluster.local"))
          .map((parts) => parts.join("")),
      ).chain(mixedCase),
      403,
    ),
    kind(
      "a port for system services",
      fc
        .tuple(
          podHost,
          fc.integer({ min: 1, max: 1023 }).filter((n) => n !== 80 && n !== 443),
        )
        .map(([host, n]) => `http://${host}:${n}`),
      403,
    ),
  ]
}
