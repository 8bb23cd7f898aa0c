// Vitest's global setup of the stories: two files that begin at the same time would unpack into each other.
import { findChromium } from "./find-chromium.ts"

export default async function unpackChromium(): Promise<void> {
  await findChromium()
}
