// The second gate, tested without the first: whatever a parser lets through must still be inert.
import { describe, expect, test } from "vitest"
import { sanitise } from "./sanitise.ts"

function elements(html: string): Element[] {
  return [...sanitise(html).querySelectorAll("*")]
}

describe("nothing but plain text structure survives", () => {
  test.each([
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img srcset='//evil.example/a 1x'>",
    "<picture><source srcset=//evil.example></picture>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x>'/></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<form action=//evil.example><input name=password><button>Go</button></form>",
    "<style>@import '//evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<video src=//evil.example autoplay></video><audio src=//evil.example></audio>",
    "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><details open ontoggle=alert(1)></details>",
    "<slot></slot><x-own-element></x-own-element><dialog open></dialog><marquee onstart=alert(1)></marquee>",
    // Mutation XSS: harmless when parsed once, harmful when parsed in another place.
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<listing>&lt;img onerror=alert(1) src=x&gt;</listing>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<div><plaintext><script>alert(1)</script>",
  ])("%s", (attack) => {
    const allowed = new Set(["P", "A", "TABLE", "TBODY", "TR", "TD", "CODE", "PRE"])
    for (const element of elements(attack)) {
      expect(allowed).toContain(element.nodeName)
      expect(element.getAttributeNames()).toEqual([])
    }
    // Parsed once more, as a copy through innerHTML would be.
    const again = document.createElement("template")
    const holder = document.createElement("div")
    holder.append(sanitise(attack))
    again.innerHTML = holder.innerHTML
    expect(
      again.content.querySelector("script, img, svg, math, style, iframe, [onerror], [onload]"),
    ).toBeNull()
  })
})

test("attributes that run, draw, name or fetch are dropped from allowed tags", () => {
  const attack =
    "<p onclick=a style='background:url(//evil.example)' id=config name=config data-x=1 aria-label=x " +
    "background=//evil.example contenteditable tabindex=1 class='code-copy' slot=a part=b dir=rtl>x</p>"
  expect(elements(attack).map((element) => element.outerHTML)).toEqual(["<p>x</p>"])
})

test("only the classes that we write ourselves stay", () => {
  expect(elements('<code class="language-c++">x</code>')[0]?.className).toBe("language-c++")
  expect(elements('<code class="language-ts composer">x</code>')[0]?.hasAttribute("class")).toBe(false)
})

test("a link keeps only a safe address, and its own target and rel are overruled", () => {
  const [link] = elements(
    '<a href="https://a.example" target="_top" rel="opener" ping="//evil.example" download>x</a>',
  )
  expect(link?.getAttributeNames().sort()).toEqual(["href", "rel", "target"])
  expect(link?.getAttribute("rel")).toBe("noopener noreferrer")
  expect(link?.getAttribute("target")).toBe("_blank")
  for (const href of [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "jav&#x0A;ascript:alert(1)",
    "/api/x",
    "data:,x",
  ]) {
    expect(elements(`<a href="${href}">x</a>`)[0]?.hasAttribute("href")).toBe(false)
  }
})
