// Why the API server does not make something: read from its own words, which are the same in the answer to a request and
// in a FailedCreate event.
import type { FailureCode, Remedy } from "../../../shared/sandboxes.ts"

export type Refusal = { code: FailureCode; sentence: string; remedies: readonly Remedy[] }

type Rule = {
  words: RegExp
  say: (found: RegExpExecArray, namespace: string) => Refusal
}

const rules: readonly Rule[] = [
  {
    words: /exceeded quota: (.+?), requested: (.+?), used: (.+?), limited: (.+?)(?:$|\n)/,
    say: ([, quota = "", requested = "", used = "", limited = ""], namespace) => ({
      code: "quota",
      sentence: `The quota "${quota}" of the namespace ${namespace} has no room for it: ${quotaInWords(requested, used, limited)}. Stop or delete another sandbox, or ask an operator for more.`,
      remedies: ["free", "operator", "retry"],
    }),
  },
  {
    words: /failed quota: ([^:]+): must specify ([^\n]+)/,
    say: ([, quota = "", missing = ""], namespace) => ({
      code: "quota",
      sentence: `The quota "${quota}" of the namespace ${namespace} wants the template to say ${missing.trim()}. An operator has to add it.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /violates PodSecurity "([^"]+)": ([^\n]+)/,
    say: ([, level = "", faults = ""], namespace) => ({
      code: "policy",
      sentence: `The namespace ${namespace} takes only pods that are "${level}", and this one is not: ${brief(faults)}. An operator has to change the template.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /admission webhook "([^"]+)" denied the request(?:: ?([^\n]*))?/,
    say: ([, webhook = "", reason = ""]) => ({
      code: "policy",
      sentence: `A policy of the cluster (${webhook}) refuses it${reason ? `: ${brief(reason)}` : ""}. Ask an operator.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /ValidatingAdmissionPolicy '([^']+)'(?: with binding '[^']+')? denied request: ([^\n]+)/,
    say: ([, policy = "", reason = ""]) => ({
      code: "policy",
      sentence: `A policy of the cluster (${policy}) refuses it: ${brief(reason)}. Ask an operator.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /failed calling webhook "([^"]+)"/,
    say: ([, webhook = ""]) => ({
      code: "driver",
      sentence: `A check that the cluster makes before anything starts (${webhook}) does not answer. Try again, or ask an operator.`,
      remedies: ["retry", "operator"],
    }),
  },
  {
    words: /cannot (\w+) resource "([^"]+)"/,
    say: ([, verb = "", resource = ""], namespace) => ({
      code: "driver",
      sentence: `Sandbar may not ${verb} ${resource} in the namespace ${namespace}. An operator has to give it the right.`,
      remedies: ["operator"],
    }),
  },
  {
    words: /service account [^:]*: serviceaccount "([^"]+)" not found/,
    say: ([, account = ""], namespace) => ({
      code: "driver",
      sentence: `The service account "${account}" that the template names does not exist in the namespace ${namespace}. An operator has to make it.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /namespaces "([^"]+)" not found/,
    say: ([, missing = ""]) => ({
      code: "driver",
      sentence: `The namespace ${missing} does not exist. An operator has to make it.`,
      remedies: ["operator", "edit"],
    }),
  },
  {
    words: /because it is being terminated/,
    say: (_, namespace) => ({
      code: "driver",
      sentence: `The namespace ${namespace} is being deleted, so nothing new can be made in it.`,
      remedies: ["operator"],
    }),
  },
  {
    words: /((?:maximum|minimum) [\w.-]+ usage per \w+ is [^\n]+)/,
    say: ([, rule = ""], namespace) => ({
      code: "policy",
      sentence: `The namespace ${namespace} has a limit range that the template does not keep to: ${brief(rule)}. Choose another template, or ask an operator.`,
      remedies: ["edit", "operator"],
    }),
  },
  {
    words: /is invalid: ([^\n]+)/,
    say: ([, faults = ""]) => ({
      code: "policy",
      sentence: `The template does not make a valid pod: ${brief(faults)}. An operator has to change it.`,
      remedies: ["operator", "edit"],
    }),
  },
]

/** `message`: the API server's words. */
export function refusalOf(message: string, namespace: string): Refusal {
  for (const { words, say } of rules) {
    const found = words.exec(message)
    if (found) return say(found, namespace)
  }
  return {
    code: "driver",
    sentence: `The cluster refused it: ${brief(message)}`,
    remedies: ["retry", "operator"],
  }
}

/** `requests.memory=4Gi,pods=1` and so on, as people say it. */
function quotaInWords(requested: string, used: string, limited: string): string {
  const [usedOf, limitOf] = [amountsOf(used), amountsOf(limited)]
  return [...amountsOf(requested)]
    .map(
      ([name, amount]) =>
        `${name} ${usedOf.get(name) ?? "?"} of ${limitOf.get(name) ?? "?"} used, ${amount} asked for`,
    )
    .join("; ")
}

function amountsOf(text: string): Map<string, string> {
  return new Map(
    text.split(",").map((each) => each.split("=").map((part) => part.trim()) as [string, string]),
  )
}

export function brief(words: string, most = 300): string {
  const line = words.trim().replace(/\s+/g, " ")
  return line.length > most ? `${line.slice(0, most)} …` : line
}
