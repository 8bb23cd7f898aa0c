import { expect, test } from "vitest"
import { readContent } from "./read-content.ts"

test("a file is shown without the tags and notes that are for the model, with its line numbers", () => {
  const output = [
    "<path>/work/repo/a.ts</path>\n<type>file</type>\n<content>",
    "9: const a = 1",
    "10: ",
    "11:   // </content> in the text",
    "\n(End of file - total 11 lines)\n</content>",
  ].join("\n")
  expect(readContent(output)).toBe(" 9  const a = 1\n10\n11    // </content> in the text")
})

test("the form that older servers write is read too", () => {
  expect(readContent("<file>\n00001| one\n00002| two\n</file>")).toBe("1  one\n2  two")
})

test("that a file goes on after what was read stays said, and other output stays as it is", () => {
  const more = "(Showing lines 1-1 of 9. Use offset=2 to continue.)"
  expect(readContent(`<content>\n1: one\n\n${more}\n</content>`)).toBe(`1  one\n\n${more}`)
  expect(readContent("Image read successfully")).toBe("Image read successfully")
})
