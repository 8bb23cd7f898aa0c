// TLS with the checked address, and nothing more: what is wrong with a certificate has a sentence of its own here.
import { isIP } from "node:net"
import { connect } from "node:tls"
import { Problem } from "../../shared/problems.ts"
import type { Target } from "../forward/target.ts"

type Named = Pick<Target, "host" | "port">
/** Fulfilled when the handshake succeeded and the connection was closed again. */
export type ShakeHands = (target: Named, address: string, signal: AbortSignal) => Promise<void>

export const shakeHands: ShakeHands = (target, address, signal) => {
  signal.throwIfAborted()
  // RFC 6066 §3: an address is no server name. Bun then checks the certificate for the address.
  const servername =
    isIP(address) && target.host.replace(/^\[|\]$/g, "") === address ? undefined : target.host
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: target.port, ...(servername ? { servername } : {}) })
    const abandon = () => {
      socket.destroy()
      reject(signal.reason)
    }
    socket.once("secureConnect", () => {
      socket.destroy()
      resolve()
    })
    socket.once("error", (cause) => reject(tlsProblem(target, cause)))
    socket.once("close", () => {
      signal.removeEventListener("abort", abandon)
      // Nothing happens when the promise is settled already.
      reject(tlsProblem(target, new Error("closed")))
    })
    signal.addEventListener("abort", abandon, { once: true })
  })
}

const byCode: readonly (readonly [RegExp, (target: Named) => string])[] = [
  [
    /CERT_HAS_EXPIRED/,
    ({ host }) => `The certificate of ${host} has expired. Whoever runs the server has to renew it.`,
  ],
  [
    /CERT_NOT_YET_VALID/,
    ({ host }) =>
      `The certificate of ${host} is not valid yet. Check the clocks of both machines, or when it was issued for.`,
  ],
  [
    /ALTNAME|HOSTNAME/,
    ({ host }) =>
      `The certificate is not for ${host} but for another name. Use the name that it was made for.`,
  ],
  [
    /DEPTH_ZERO_SELF_SIGNED/,
    ({ host }) =>
      `The certificate of ${host} is signed by itself. An administrator makes it known with NODE_EXTRA_CA_CERTS.`,
  ],
  [
    /UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN|ISSUER/,
    ({ host }) =>
      `The certificate of ${host} is signed by an unknown authority. An administrator adds it with NODE_EXTRA_CA_CERTS.`,
  ],
  [/CERT_REVOKED/, ({ host }) => `The certificate of ${host} was revoked. The server needs a new one.`],
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|EPROTO/,
    ({ host, port }) =>
      `Port ${port} of ${host} speaks plain http, not https. Write http in front of the address.`,
  ],
]

function tlsProblem(target: Named, cause: Error): Problem {
  const code = "code" in cause ? String(cause.code) : ""
  const known = byCode.find(([pattern]) => pattern.test(code))
  if (known) return new Problem("target.certificate", known[1](target), { cause })
  const { host, port } = target
  const detail = `Port ${port} of ${host} ended the TLS handshake. Look at the server's TLS settings, or try http.`
  return new Problem("target.certificate", detail, { cause })
}
