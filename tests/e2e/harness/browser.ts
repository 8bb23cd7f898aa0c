// One Chromium for a test file, one fresh context (localStorage, caches) for every visit.
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
  type Browser as PlaywrightBrowser,
} from "playwright-core"
import { findChromium } from "./find-chromium.ts"
import { type Watch, watchPage } from "./watch-page.ts"

/** Our own arguments: the package's list turns web security off, which would hide what the stories look for. */
const args = [
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
]

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  readonly watch: Watch
  close(): Promise<void>
}

export interface TestBrowser {
  visit(url: string, options?: BrowserContextOptions): Promise<Visit>
  close(): Promise<void>
}

async function launchOptions(more: readonly string[] = []): Promise<LaunchOptions> {
  const { program, env } = await findChromium()
  return {
    executablePath: program,
    headless: true,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...args, ...more],
    env: { ...(process.env as Record<string, string>), ...env },
  }
}

/** A Chromium whose storage outlives it: closing the context closes the browser. */
export async function openProfile(directory: string, more: readonly string[] = []): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(directory, {
    ...(await launchOptions(more)),
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
  })
  context.setDefaultTimeout(15_000)
  return context
}

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch(await launchOptions())
  return { visit: (url, options) => visit(browser, url, options), close: () => browser.close() }
}

async function visit(
  browser: PlaywrightBrowser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    ...options,
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const watch = watchPage(page, new URL(url).origin)
  await page.goto(url)
  return { page, context, watch, close: () => context.close() }
}
