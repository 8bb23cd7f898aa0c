// C++ in the colours of C, and its own words on top. Shiki's grammar for it is 800 kB, four times any other.
import type { LanguageRegistration } from "shiki/core"
import c from "shiki/langs/c.mjs"

const words = [
  ...["alignas", "alignof", "auto", "bool", "catch", "class", "co_await", "co_return", "co_yield", "concept"],
  ...["const_cast", "consteval", "constexpr", "constinit", "decltype", "delete", "dynamic_cast", "explicit"],
  ...["export", "final", "friend", "import", "module", "mutable", "namespace", "new", "noexcept", "operator"],
  ...["override", "private", "protected", "public", "reinterpret_cast", "requires", "static_assert"],
  ...[
    "static_cast",
    "template",
    "this",
    "thread_local",
    "throw",
    "try",
    "typeid",
    "typename",
    "using",
    "virtual",
  ],
]

const cpp: LanguageRegistration = {
  name: "cpp",
  scopeName: "source.cpp",
  displayName: "C++",
  embeddedLangs: ["c"],
  patterns: [{ include: "#words" }, { include: "source.c" }],
  // C's rules for what stands in braces know only C; these words are looked for in there too.
  injections: { "L:source.cpp -comment -string": { patterns: [{ include: "#words" }] } },
  repository: {
    words: {
      patterns: [
        { match: `\\b(?:${words.join("|")})\\b`, name: "keyword.other.cpp" },
        { match: "\\b(?:nullptr|true|false)\\b", name: "constant.language.cpp" },
      ],
    },
  },
}

// The default, because it stands in for a module of Shiki's (vite.config.ts): other grammars ask for it by name.
export default [...c, cpp]
