// What people see of a template: no names of secrets, no environment, no namespace.
import type { OfferedTemplate } from "../../../shared/templates.ts"
import { bytesInWords, cpuInWords } from "./quantity.ts"
import type { Template } from "./template.ts"

/** `limits`: whether the driver holds sandboxes to the template's resources; what is not held is not promised. */
export function offerTemplate(
  template: Template,
  limits: { storage: boolean; cpu: boolean; memory: boolean },
): OfferedTemplate {
  const { id, title, description, notes, gitHosts, idleAfterSeconds, maximumLifeSeconds } = template
  const { cpu, memory, storage } = template.resources
  return {
    id,
    title,
    description,
    gitHosts: [...gitHosts],
    idleAfterSeconds,
    maximumLifeSeconds,
    ...(notes && { notes }),
    ...(limits.cpu && { cpu: cpuInWords(cpu.limit) }),
    ...(limits.memory && { memory: bytesInWords(memory.limit) }),
    ...(limits.storage && { storage: bytesInWords(storage) }),
    ...(template.kubernetes && { image: template.kubernetes.image }),
  }
}
