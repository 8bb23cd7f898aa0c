// A template as a driver gets it, with what the test is about.
import { readTemplates } from "../../proxy/sandboxes/templates/read-templates.ts"
import type { Template } from "../../proxy/sandboxes/templates/template.ts"

export function testTemplate(change: Partial<Template> = {}): Template {
  const text = "templates: [{ id: plain, title: Plain }]"
  const { templates } = readTemplates([{ name: "test", text }], { idleAfterSeconds: 1_800 })
  const [template] = templates
  if (!template) throw new Error("The test's template is not valid.")
  return { ...template, ...change }
}

/** For pods in this namespace, with nothing that a test is not about. */
export function podTemplate(namespace: string): Template {
  return testTemplate({
    kubernetes: {
      image: "x",
      imagePullSecrets: [],
      namespace,
      nodeSelector: {},
      tolerations: [],
      allowWeaker: [],
    },
  })
}
