// The turn that shows everything at once: reasoning, commands and an edit that ask first, an answer. The commands
// and the edit are real: they run in the sample project (sample-project.ts).
import type { Turn } from "./turn.ts"

export const demoTurn: Turn = {
  word: "demo",
  doneAlready: {
    result: /^\s*0 fail$/m,
    step: {
      text: "All tests pass, so there is nothing to fix. A prompt with one of the words **think**, **markdown**, **todo**, **question** or **subagent** shows another thing that an agent does.",
    },
  },
  steps: [
    {
      reasoning:
        "The project has one module and one test. Before I change anything I want to see the test fail with my own eyes, because the message usually says where to look.",
      text: "I will run the tests first, to see what fails.",
      tool: { name: "bash", input: { command: "bun test", description: "Run the tests" } },
    },
    {
      text: "One test fails: the greeting has no comma. I will look at the code.",
      tool: { name: "read", input: { filePath: "greeting.ts" } },
    },
    {
      text: "Here is the line. This edit adds the comma.",
      tool: {
        name: "edit",
        input: {
          filePath: "greeting.ts",
          oldString: `return \`Hello \${name}\``,
          newString: `return \`Hello, \${name}\``,
        },
      },
    },
    {
      text: "Now the tests once more.",
      tool: { name: "bash", input: { command: "bun test", description: "Run the tests again" } },
    },
    {
      text: `The tests pass. The cause was one character in \`greeting.ts\`:

\`\`\`ts
export function greeting(name: string): string {
  return \`Hello, \${name}\`
}
\`\`\`

Nothing else was touched. You can ask for more: a prompt with one of the words **think**, **markdown**, **todo**, **question** or **subagent** shows another thing that an agent does.`,
    },
  ],
}
