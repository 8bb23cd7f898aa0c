// The pod that tests start when it does not matter which: it satisfies the `restricted` Pod Security Standard.

export interface StrictPod {
  readonly containers: readonly Readonly<Record<string, unknown>>[]
  readonly [field: string]: unknown
}

/** A pod specification with one container, `main`; `more` goes into that container. */
export function strictPod(image: string, more: Readonly<Record<string, unknown>> = {}): StrictPod {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "main",
        image,
        // There is no registry.
        imagePullPolicy: "Never",
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        ...more,
      },
    ],
  }
}

/** A StatefulSet without replicas yet. */
export function statefulSet(name: string, pod: StrictPod): object {
  const labels = { app: name }
  return {
    metadata: { name },
    spec: {
      serviceName: name,
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
    },
  }
}
