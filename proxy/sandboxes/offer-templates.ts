// What can be spawned here, for the form.
import type { Offer } from "../../shared/templates.ts"
import type { Driver } from "./driver.ts"
import { offerTemplate } from "./templates/offer.ts"
import type { Template } from "./templates/template.ts"

const nothingHeld = { cpu: false, memory: false, storage: false }

export function makeOffer(
  driver: Pick<Driver, "name" | "capabilities" | "unavailable">,
  templates: readonly Template[],
  allowHttp: boolean,
): Offer {
  const { limits = nothingHeld, localDirectories, sharedDirectory, isolation } = driver.capabilities
  const none = templates.length === 0 ? "No template is offered here. An operator writes one." : undefined
  const unavailable = driver.unavailable() ?? none
  return {
    driver: driver.name,
    templates: templates.map((template) => offerTemplate(template, limits)),
    localDirectories,
    ...(sharedDirectory !== undefined && { sharedDirectory }),
    plainHttp: allowHttp,
    isolation,
    ...(unavailable !== undefined && { unavailable }),
  }
}
