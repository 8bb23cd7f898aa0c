import { expect, test } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { groupSessions, titleOf } from "./session-groups.ts"

const now = new Date(2025, 2, 30, 0, 30).getTime()
const at = (id: string, ...date: [number, number, number]) =>
  session(id, { time: { created: 0, updated: new Date(2025, ...date).getTime() } })

test("days are the person's own, not the last 24 hours", () => {
  const sessions = [at("a", 2, 30, 0), at("b", 2, 29, 23), at("c", 2, 29, 0), at("d", 2, 28, 23)]
  expect(
    groupSessions(sessions, () => false, now).map((group) => [group.name, group.sessions.map((s) => s.id)]),
  ).toEqual([
    ["Today", ["a"]],
    ["Yesterday", ["b", "c"]],
    ["Earlier", ["d"]],
  ])
})

test("what needs the person comes first and only once", () => {
  const sessions = [at("a", 2, 30, 0), at("d", 2, 1, 0)]
  const groups = groupSessions(sessions, (id) => id === "d", now)
  expect(groups.map((group) => [group.name, group.sessions.map((s) => s.id)])).toEqual([
    ["Needs you", ["d"]],
    ["Today", ["a"]],
  ])
})

test("a title that is only a date is not shown", () => {
  expect(titleOf(session("a", { title: "New session - 2025-03-30T00:30:00.000Z" }))).toBe("New session")
  expect(titleOf(session("a", { title: "  " }))).toBe("New session")
  expect(titleOf(session("a", { title: "New session list" }))).toBe("New session list")
})
