// Ctrl+Alt+S, on a Mac Cmd+Option+S. Browsers leave it alone, unlike Ctrl+Shift+S (a screenshot in Firefox
// and Edge); Ctrl/Cmd+K belongs to the palette.
const mac = /^(Mac|iP)/.test(navigator.platform)

export const pickerShortcut = mac ? "⌘⌥S" : "Ctrl+Alt+S"
/** For aria-keyshortcuts. */
export const pickerKeys = mac ? "Meta+Alt+S" : "Control+Alt+S"

export function isPickerShortcut(event: KeyboardEvent, onMac = mac): boolean {
  // AltGr arrives as Ctrl+Alt on Windows; on a Polish keyboard AltGr+S is a letter.
  if (event.getModifierState("AltGraph") || event.shiftKey || !event.altKey) return false
  const modifier = onMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
  // With Option held, `key` is the letter that it makes ("ß").
  return modifier && (event.code === "KeyS" || event.key.toLowerCase() === "s")
}
