// Why an image does not come, in the registry's words. Kubelet, runtime and event each wrap them in their own, and name the
// image again.
const wrappings = [
  /^(?:Back-off pulling|Failed to pull) image "[^"]*"(?:: )?/,
  /^(?:ErrImagePull|ImagePullBackOff): /,
  /^rpc error: code = \w+ desc = /,
  /^failed to (?:pull and unpack image|resolve reference|resolve image|resolve source metadata for|copy|unpack image)(?: [^":\s]\S*| "[^"]*")?: /,
  /^failed to do request: (?:Head|Get) "[^"]*": /,
  /^Error response from daemon: /,
]

/** Of several messages the first that says more than that it failed; empty when none does. */
export function registryWords(messages: readonly (string | undefined)[], image: string): string {
  for (const message of messages) {
    const words = unwrap(message?.trim() ?? "", image)
    if (words !== "" && !/^Error: \w+$/.test(words)) return words
  }
  return ""
}

function unwrap(words: string, image: string): string {
  const wrapping = wrappings.find((each) => each.test(words))
  if (wrapping) return unwrap(words.replace(wrapping, ""), image)
  return image !== "" && words.startsWith(`${image}: `) ? unwrap(words.slice(image.length + 2), image) : words
}
