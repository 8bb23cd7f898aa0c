import { describe, expect, test, vi } from "vitest"
import { renderMarkdown } from "./render-markdown.ts"

function html(source: string): string {
  const div = document.createElement("div")
  div.append(renderMarkdown(source))
  return div.innerHTML
}

test("headings, emphasis, lists, tables and code come out as such", () => {
  expect(html("# A\n\n*b* **c** ~~d~~")).toBe(
    "<h1>A</h1>\n<p><em>b</em> <strong>c</strong> <del>d</del></p>\n",
  )
  expect(html("3. x\n4. y")).toContain('<ol start="3">')
  expect(html("|a|b|\n|-|:-:|\n|1|2|")).toContain('<td align="center">2</td>')
  expect(html("```ts\nconst a = 1 < 2\n```")).toBe(
    '<pre><code class="language-ts">const a = 1 &lt; 2\n</code></pre>',
  )
  expect(html("- [x] done\n- [ ] open")).toMatch(/☑ .*done[\s\S]*☐ .*open/)
})

test("a link opens elsewhere and tells the other page nothing", () => {
  const link = renderMarkdown('[docs](https://example.com/a "hint")').querySelector("a")
  expect(link?.href).toBe("https://example.com/a")
  expect(link?.target).toBe("_blank")
  expect(link?.rel).toBe("noopener noreferrer")
  expect(link?.title).toBe("hint")
  expect(renderMarkdown("<me@example.com>").querySelector("a")?.href).toBe("mailto:me@example.com")
})

test("an image is a link with its description: nothing is fetched", () => {
  const fetched = vi.spyOn(globalThis, "fetch")
  expect(html("![the *plan*](https://tracker.example/p.png)")).toContain(
    '<a href="https://tracker.example/p.png" target="_blank" rel="noopener noreferrer">the ',
  )
  for (const source of [
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](//tracker.example/p.png)",
    "![](x)",
  ]) {
    expect(html(source)).not.toMatch(/<img|<a /)
  }
  expect(fetched).not.toHaveBeenCalled()
})

describe("raw HTML is shown as text", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<style>body{background:url(//evil)}</style>",
    "a <b onmouseover=alert(1)>b</b>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  ])("%s", (source) => {
    const fragment = renderMarkdown(source)
    const names = [...fragment.querySelectorAll("*")].map((element) => element.nodeName)
    expect(names.every((name) => ["P", "EM"].includes(name))).toBe(true)
    expect(fragment.textContent).toContain(source.slice(0, 12))
  })
})

describe("a link that would run code or lead into our own pages is no link, and stays readable", () => {
  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&Tab;:alert(1)",
    "\u0001javascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "blob:https://here/1",
    "file:///etc/passwd",
    "view-source:https://a.example",
    "//evil.example/",
    "/api/proxy/session",
    "../../api/config",
    "#top",
    "https://bank.example@evil.example/",
  ])("%j", (href) => {
    for (const source of [`[click](<${href}>)`, `[click](${href})`, `[click][r]\n\n[r]: <${href}>`]) {
      const fragment = renderMarkdown(source)
      expect(fragment.querySelector("a[href]")).toBeNull()
      expect(fragment.textContent).toContain("click")
    }
  })
})

test("an attribute cannot be broken out of", () => {
  for (const source of [
    '[a](https://x.example/"onmouseover="alert(1))',
    '[a](https://x.example "t\\" onmouseover=\\"alert(1)")',
    '```x" onmouseover="alert(1)\ncode\n```',
    '![" onerror="alert(1)](https://x.example/a.png)',
  ]) {
    for (const element of renderMarkdown(source).querySelectorAll("*")) {
      expect(element.getAttributeNames().filter((name) => name.startsWith("on"))).toEqual([])
    }
  }
})
