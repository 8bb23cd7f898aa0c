// What git, OpenCode, a registry or an agent said, on its way to a person. Characters that hide, or that turn around
// what stands beside them, are written out: with U+202E a line can be shown backwards (CVE-2021-42574, "Trojan Source").

const controls = /[\p{Cc}--[\t\n]]/gv
/** Joiners and the emoji selector stay: they shape a script or hold an emoji together. */
const hidden = /[[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\ufff9-\ufffb]--[\u200c\u200d\ufe0f]]/gv

/** `safe U+202E` → `safe ⟨U+202E⟩`. Controls, which mean something to terminals alone, are left out. */
export function plainWords(text: string): string {
  return text.replaceAll(controls, "").replaceAll(hidden, codeOf)
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`
}
