// What our own answers allow a browser to do. Forwarded answers get a stricter set (forward/headers.ts).

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Components set sizes and positions through style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  // Kubeflow's dashboard shows notebooks in a frame of the same origin.
  "frame-ancestors 'self'",
].join("; ")

const answerPolicy = "default-src 'none'; frame-ancestors 'self'"

export function securityHeaders(what: "page" | "answer"): Record<string, string> {
  return {
    "content-security-policy": what === "page" ? pagePolicy : answerPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  }
}
