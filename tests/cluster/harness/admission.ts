// A check that the cluster asks before it makes a pod, in one namespace: one that refuses, or one that does not answer.
import { testCertificate, testKey } from "../../wire/test-certificate.ts"
import type { Api } from "./api.ts"

const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"

export interface Admission {
  /** As a refusal names it. */
  readonly name: string
  stop(): Promise<void>
}

/** `message`: why it refuses. */
export async function refusePods(api: Api, namespace: string, message: string): Promise<Admission> {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: testCertificate, key: testKey },
    async fetch(request) {
      const { request: asked } = (await request.json()) as { request: { uid: string } }
      const response = { uid: asked.uid, allowed: false, status: { code: 403, message } }
      return Response.json({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response })
    },
  })
  const url = `https://localhost:${server.port}/`
  const admission = await register(api, namespace, { url, caBundle: btoa(testCertificate) })
  return {
    ...admission,
    stop: async () => {
      await admission.stop()
      await server.stop(true)
    },
  }
}

/** The Service that would answer does not exist. */
export function askNobody(api: Api, namespace: string): Promise<Admission> {
  return register(api, namespace, { service: { name: "nobody", namespace, path: "/" } })
}

async function register(api: Api, namespace: string, clientConfig: object): Promise<Admission> {
  const name = `pods.${namespace}.example.com`
  await api.create(configurations, {
    metadata: { name: namespace },
    webhooks: [
      {
        name,
        clientConfig,
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 3,
      },
    ],
  })
  return { name, stop: () => api.remove(`${configurations}/${namespace}`) }
}
