// What a template may say, and what is taken where it says nothing.
import * as v from "valibot"
import { isQuantity, quantityOf } from "./quantity.ts"
import { type Template, weaknesses } from "./template.ts"

const text = (most: number) => v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(most))
/** An RFC 1123 label: what Kubernetes takes for most names. */
const LabelSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "use lower-case letters, digits and hyphens"),
)
const ObjectNameSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "use lower-case letters, digits, hyphens and dots"),
)
const KeySchema = v.pipe(v.string(), v.regex(/^[-._a-zA-Z0-9]{1,253}$/, "use letters, digits, - _ and ."))

/** Set by Sandbar itself, or a way to make programs load what the template's image does not hold. */
const ours = /^(?:SANDBAR_.*|OPENCODE_(?:SERVER_.*|CONFIG_CONTENT)|HOME|XDG_.*|PATH|LD_.*|NODE_OPTIONS)$/
const VariableSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "use letters, digits and underscores"),
  v.check((name) => !ours.test(name), "Sandbar sets this variable itself"),
)

const HostSchema = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.regex(
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
    "use a host such as github.com, or *.example.com for all below one",
  ),
)

const secondsOf = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `30m`, `2h`, `never`: seconds, or null. */
const DurationSchema = v.pipe(
  v.string(),
  v.regex(/^(?:never|[1-9][0-9]{0,5}[smhd])$/, "use a time such as 30m, 2h or 7d, or never"),
  v.transform((written) =>
    written === "never"
      ? null
      : Number.parseInt(written, 10) * secondsOf[written.at(-1) as keyof typeof secondsOf],
  ),
)

const CpuSchema = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(String),
  v.regex(/^(?:[0-9]+(?:\.[0-9]{1,3})?|[0-9]+m)$/, "use CPUs such as 2, 0.5 or 500m"),
)
const BytesSchema = v.pipe(
  v.string(),
  v.check(isQuantity, "use an amount such as 512Mi or 4Gi"),
  v.check((amount) => quantityOf(amount) > 0, "use more than nothing"),
)

/** Who names only a limit below the usual request gets just that much. */
const amounts = (schema: v.GenericSchema<unknown, string>, request: string, limit: string) =>
  v.pipe(
    v.optional(v.strictObject({ request: v.optional(schema), limit: v.optional(schema) }), {}),
    v.transform((written) => {
      const most = written.limit ?? limit
      const least = quantityOf(most) < quantityOf(request) ? most : request
      return { request: written.request ?? least, limit: most }
    }),
    v.check(
      (amount) => quantityOf(amount.request) <= quantityOf(amount.limit),
      "the request is above the limit",
    ),
  )

const ResourcesSchema = v.strictObject({
  cpu: amounts(CpuSchema, "500m", "2"),
  memory: amounts(BytesSchema, "1Gi", "4Gi"),
  ephemeralStorage: amounts(BytesSchema, "1Gi", "4Gi"),
  storage: v.optional(BytesSchema, "10Gi"),
})

const ProviderSchema = v.strictObject({
  id: LabelSchema,
  name: v.optional(text(80)),
  url: v.pipe(
    v.string(),
    v.url("use an http or https address"),
    v.regex(/^https?:\/\//, "use http or https"),
  ),
  models: v.pipe(
    v.array(v.strictObject({ id: text(200), name: v.optional(text(80)) })),
    v.minLength(1, "name at least one model"),
  ),
  key: v.optional(
    v.strictObject({
      variable: VariableSchema,
      secret: v.optional(v.strictObject({ name: ObjectNameSchema, key: KeySchema })),
    }),
  ),
})

const NamespaceSchema = v.pipe(
  v.string(),
  v.check(
    (name) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name.replace("{user}", "x")),
    "use a namespace such as team-a, or a pattern with {user} such as kubeflow-{user}",
  ),
  // Whoever is called kube-system would be given that namespace.
  v.check((name) => name !== "{user}", "put something fixed before or after {user}, such as kubeflow-{user}"),
)

const KubernetesSchema = v.strictObject({
  image: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][\w./:@-]{0,510}$/, "use the name of an image")),
  imagePullPolicy: v.optional(v.picklist(["Always", "IfNotPresent", "Never"])),
  imagePullSecrets: v.optional(v.array(ObjectNameSchema), []),
  namespace: NamespaceSchema,
  storageClass: v.optional(ObjectNameSchema),
  nodeSelector: v.optional(v.record(v.string(), v.string()), {}),
  tolerations: v.optional(v.array(v.record(v.string(), v.unknown())), []),
  serviceAccount: v.optional(ObjectNameSchema),
  caBundle: v.optional(v.strictObject({ name: ObjectNameSchema, key: v.optional(KeySchema, "ca.crt") })),
  gitSecret: v.optional(ObjectNameSchema),
  podOverrides: v.optional(v.record(v.string(), v.unknown())),
  allowWeaker: v.optional(v.array(v.picklist(weaknesses)), []),
})

export type TemplateDefaults = { idleAfterSeconds: number | null }

/** `defaults` come from the settings. */
export function makeTemplateSchema(defaults: TemplateDefaults) {
  return v.pipe(
    v.strictObject({
      id: LabelSchema,
      title: v.optional(text(60)),
      description: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(300)), ""),
      notes: v.optional(text(1_000)),
      idleAfter: v.optional(DurationSchema),
      maximumLife: v.optional(DurationSchema),
      gitHosts: v.optional(v.array(HostSchema), []),
      environment: v.optional(v.record(VariableSchema, v.pipe(v.string(), v.maxLength(32_768))), {}),
      providers: v.optional(v.array(ProviderSchema), []),
      model: v.optional(text(300)),
      ownProviders: v.optional(v.boolean(), true),
      resources: v.optional(ResourcesSchema, {}),
      kubernetes: v.optional(KubernetesSchema),
    }),
    v.forward(
      v.partialCheck(
        [["gitHosts"], ["kubernetes"]],
        ({ gitHosts, kubernetes }) => kubernetes?.gitSecret === undefined || gitHosts.length > 0,
        // Whoever spawns names the repository, and its server would be told the password.
        "gitSecret needs gitHosts: the hosts that may be told its password",
      ),
      ["kubernetes"],
    ),
    v.transform(({ idleAfter, maximumLife, title, providers, ...rest }): Template => {
      const named = providers.map(({ id, name, models, ...provider }) => ({
        ...provider,
        id,
        name: name ?? id,
        models: models.map((model) => ({ id: model.id, name: model.name ?? model.id })),
      }))
      return defined({
        ...rest,
        title: title ?? rest.id,
        providers: named,
        idleAfterSeconds: idleAfter === undefined ? defaults.idleAfterSeconds : idleAfter,
        maximumLifeSeconds: maximumLife ?? null,
      }) as Template
    }),
  )
}

/** Fields that are not there instead of undefined ones. */
function defined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
