import { vi } from "vitest"
import type { Ask, Asks } from "../../app/asks/ask.ts"

/** Asks that nobody answers unless the test says so. */
export function makeFakeAsks(overrides: Partial<Asks> = {}, all: Ask[] = []): Asks {
  return {
    all: () => all,
    of: (ids) => all.filter((ask) => ids.includes(ask.request.sessionID)),
    replyPermission: vi.fn(async () => undefined),
    replyQuestion: vi.fn(async () => undefined),
    rejectQuestion: vi.fn(async () => undefined),
    ...overrides,
  }
}
