// Where the server of a sandbox listens, seen from inside the cluster.
import { serverPort } from "./names.ts"

/** The ClusterIP of its Service, by its full name: a headless one would be cached by Bun past the pod's end. */
export function endpointOrigin(id: string, namespace: string, clusterDomain: string): string {
  return `http://${id}.${namespace}.svc.${clusterDomain}:${serverPort}`
}

export function basicAuthorization(password: string): string {
  return `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`
}
