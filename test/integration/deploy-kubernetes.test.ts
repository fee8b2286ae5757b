import { mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { parse, parseAllDocuments } from 'yaml'
import { cliPath, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import { findProgram, makeScratch, removeScratch, run } from './peers/scratch.ts'

/** The manifests, by the Kubernetes API's schemas; what refers to each other in them; the configuration within. */
const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'deploy/kubernetes')

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  // Free of types on purpose: what is in it is what is tested.
  readonly [key: string]: unknown
}

const kustomization = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
  resources: string[]
  images: { name: string; newTag: string }[]
}
const manifests = kustomization.resources.map((name) => {
  const [document, ...more] = parseAllDocuments(readFileSync(join(folder, name), 'utf8'))
  if (document === undefined || more.length > 0) throw new Error(`${name}: not one document`)
  return document.toJS() as Manifest
})

function only(kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (found === undefined) throw new Error(`no ${kind}`)
  return found
}

/** The module that has the models of an API: Kubernetes' own, or the Prometheus Operator's. */
function modelsOf(apiVersion: string): string {
  const isOperators = apiVersion.startsWith('monitoring.coreos.com/')
  return `${isOperators ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}`
}

/** What the API's schema says to a manifest; null if nothing. */
async function complaint(manifest: Manifest): Promise<string | null> {
  const models = (await import(modelsOf(manifest.apiVersion))) as Record<
    string,
    new (data: unknown) => { validate(): void }
  >
  const Model = models[manifest.kind]
  if (Model === undefined) return `${manifest.apiVersion} has no ${manifest.kind}`
  try {
    new Model(manifest).validate()
    return null
  } catch (error) {
    return String(error)
  }
}

/** The schema lets unknown keys pass, as the API does; the types, as literals, do not. */
function unknownKeys(all: readonly Manifest[]): string[] {
  const path = join(root, 'manifests.check.ts')
  const text = all
    .map(
      (manifest, i) =>
        `import type { I${manifest.kind} as T${i} } from '${modelsOf(manifest.apiVersion)}'\n` +
        `export const m${i}: T${i} = ${JSON.stringify(manifest)}\n`,
    )
    .join('')
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  }
  const host = ts.createCompilerHost(options)
  const [getSourceFile, fileExists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)]
  host.fileExists = (name) => name === path || fileExists(name)
  host.getSourceFile = (name, version, ...rest) =>
    name === path ? ts.createSourceFile(name, text, version) : getSourceFile(name, version, ...rest)
  const program = ts.createProgram([path], options, host)
  return ts.getPreEmitDiagnostics(program).map((found) => ts.flattenDiagnosticMessageText(found.messageText, '\n'))
}

t.test('the API takes every manifest', async (t) => {
  t.same(manifests.map(({ kind }) => kind).sort(), [
    'ConfigMap',
    'Deployment',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Secret',
    'Service',
  ])
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  t.same([...kustomization.resources].sort(), files.sort(), 'kustomization.yaml names every file')
  for (const manifest of manifests) t.equal(await complaint(manifest), null, manifest.kind)
  t.same(unknownKeys(manifests), [])
  const wrong = JSON.parse(JSON.stringify(only('Deployment')).replace('"replicas":2', '"replicas":"2"')) as Manifest
  t.match(await complaint(wrong), 'replicas', 'the schema is really asked')
  const odd = JSON.parse(JSON.stringify(only('Deployment')).replace('"replicas"', '"replicaz"')) as Manifest
  t.match(unknownKeys([odd]).join(), 'replicaz', 'and the types are')
})

t.test('what refers to something finds it', async (t) => {
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  t.same(kustomization.images, [{ name: 'namesake', newTag: version }])
  const { template, selector } = only('Deployment')['spec'] as {
    selector: { matchLabels: object }
    template: { metadata: { labels: object }; spec: PodSpec }
  }
  const labels = template.metadata.labels
  t.match(labels, selector.matchLabels)
  t.match(labels, (only('Service')['spec'] as { selector: object }).selector)
  for (const kind of ['PodDisruptionBudget', 'NetworkPolicy']) {
    const spec = only(kind)['spec'] as { selector?: { matchLabels: object }; podSelector?: { matchLabels: object } }
    t.match(labels, (spec.selector ?? spec.podSelector)?.matchLabels ?? { none: true }, kind)
  }
  const { containers, volumes, securityContext } = template.spec
  const [container] = containers
  const ports = container?.ports.map(({ name }) => name) ?? []
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    t.ok(ports.includes(container?.[probe].httpGet.port ?? ''), probe)
  }
  for (const { targetPort } of (only('Service')['spec'] as { ports: { targetPort: string }[] }).ports) {
    t.ok(ports.includes(targetPort), targetPort)
  }
  t.same(container?.volumeMounts.map(({ name }) => name).sort(), volumes.map(({ name }) => name).sort())
  const user = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))
  t.match(securityContext, { runAsNonRoot: true, runAsUser: Number(user?.[1]), runAsGroup: Number(user?.[2]) })
  t.match(container?.securityContext, {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  })
})

t.test('the overlay for several nodes', async (t) => {
  const overlay = join(root, 'deploy/kubernetes-fleet')
  const read = (name: string): Manifest => parse(readFileSync(join(overlay, name), 'utf8')) as Manifest
  const [set, job] = [read('statefulset.yaml'), read('migrate.yaml')]
  for (const manifest of [set, job]) t.equal(await complaint(manifest), null, manifest.kind)
  t.same(unknownKeys([set, job]), [])
  type Pod = {
    template: { spec: { containers: { volumeMounts: { name: string }[] }[]; volumes?: { name: string }[] } }
  }
  const { template, volumeClaimTemplates, ...rest } = set['spec'] as Pod & { volumeClaimTemplates: Manifest[] }
  t.match(rest, { replicas: 2, serviceName: only('Service').metadata.name })
  const of = (only('Deployment')['spec'] as Pod).template.spec
  t.same(template.spec.containers, of.containers, 'the container is the one of the base')
  t.same(
    [...(template.spec.volumes ?? []), ...volumeClaimTemplates.map(({ metadata }) => metadata)]
      .map(({ name }) => name)
      .sort(),
    (of.volumes ?? []).map(({ name }) => name).sort(),
  )
  const { data } = read('configmap.yaml') as unknown as { data: Record<string, string> }
  t.match(parse(data['namesake.yaml'] ?? ''), {
    protection: '/app/data/protection.yaml',
    fleet: { postgres: { env: 'NAMESAKE_POSTGRES' } },
  })
  const migration = (job['spec'] as { template: { metadata: { labels: object }; spec: PodSpec } }).template
  const [container] = migration.spec.containers as unknown as { image: string; args: string[] }[]
  t.equal(container?.image, `namesake:${kustomization.images[0]?.newTag}`)
  t.same(container?.args.slice(0, 2), ['fleet', 'migrate'])
  const { selector } = only('Service')['spec'] as { selector: object }
  t.strictNotSame(Object.values(migration.metadata.labels), Object.values(selector), 'it gets no mail')
  if (findProgram('kubectl') !== null) {
    const built = await run('kubectl', ['kustomize', overlay])
    t.equal(built.code, 0, built.output)
    const kinds = parseAllDocuments(built.stdout).map((document) => (document.toJS() as Manifest).kind)
    t.same(kinds.sort(), manifests.map(({ kind }) => (kind === 'Deployment' ? 'StatefulSet' : kind)).sort())
  }
})

t.test('the overlay for the Prometheus Operator', async (t) => {
  const overlay = join(root, 'deploy/kubernetes-prometheus')
  const read = (name: string): Manifest => parse(readFileSync(join(overlay, name), 'utf8')) as Manifest
  const { resources } = read('kustomization.yaml') as unknown as { resources: string[] }
  t.same(resources, ['../kubernetes', 'servicemonitor.yaml', 'rules.yaml'])
  const [monitor, rules] = [read('servicemonitor.yaml'), read('rules.yaml')]
  t.same([monitor.kind, rules.kind], ['ServiceMonitor', 'PrometheusRule'])
  for (const manifest of [monitor, rules]) t.equal(await complaint(manifest), null, manifest.kind)
  t.same(unknownKeys([monitor, rules]), [])
  const odd = JSON.parse(JSON.stringify(monitor).replace('"endpoints"', '"endpointz"')) as Manifest
  t.match(await complaint(odd), 'endpoints', 'the schema is really asked')

  const { selector, endpoints } = monitor['spec'] as {
    selector: { matchLabels: object }
    endpoints: { port: string; path: string }[]
  }
  const service = only('Service') as Manifest & {
    metadata: { labels: object }
    spec: { ports: { name: string; port: number }[] }
  }
  t.match(service.metadata.labels, selector.matchLabels, 'it chooses the Service')
  t.equal(service.metadata.name, 'namesake', 'whose name is the job of the alert rules')
  for (const { port } of endpoints)
    t.ok(
      service.spec.ports.some(({ name }) => name === port),
      `port ${port}`,
    )
  const alerts = parse(readFileSync(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8')) as object
  t.same(rules['spec'], alerts, 'the same rules as for a Prometheus without the operator')

  if (findProgram('kubectl') !== null) {
    const built = await run('kubectl', ['kustomize', overlay])
    t.equal(built.code, 0, built.output)
    const kinds = parseAllDocuments(built.stdout).map((document) => (document.toJS() as Manifest).kind)
    t.same(kinds.sort(), [...manifests.map(({ kind }) => kind), 'PrometheusRule', 'ServiceMonitor'].sort())
  }
})

interface Probe {
  readonly httpGet: { readonly port: string }
}
interface PodSpec {
  readonly securityContext: object
  readonly volumes: { readonly name: string }[]
  readonly containers: {
    readonly ports: { readonly name: string }[]
    readonly volumeMounts: { readonly name: string }[]
    readonly securityContext: object
    readonly startupProbe: Probe
    readonly livenessProbe: Probe
    readonly readinessProbe: Probe
  }[]
}

t.test('the configuration in the ConfigMap is valid', async (t) => {
  const scratch = makeScratch('configmap')
  t.teardown(() => removeScratch(scratch))
  const files = only('ConfigMap')['data'] as Record<string, string>
  for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text)
  const args = ['config', 'check', '--config', join(scratch, 'namesake.yaml')]
  const checked = await run(process.execPath, [cliPath, ...args])
  t.equal(checked.code, 0, checked.output)
  const secret = only('Secret')['stringData'] as Record<string, string>
  const named = [...(files['namesake.yaml'] ?? '').matchAll(/\{ env: (\w+) \}/g)].map((found) => found[1])
  t.same(named, Object.keys(secret), 'what the configuration names is what the Secret holds')
})

t.test('an edit of the ConfigMap reaches a pod as the kubelet writes it', async (t) => {
  const scratch = makeScratch('mounted')
  t.teardown(() => removeScratch(scratch))
  // A mounted ConfigMap: names are links into ..data, itself a link that is exchanged for one to a new folder.
  const write = (version: string, protection: string): void => {
    mkdirSync(join(scratch, version))
    writeFileSync(join(scratch, version, 'protection.yaml'), protection)
    symlinkSync(version, join(scratch, '..data_tmp'))
    renameSync(join(scratch, '..data_tmp'), join(scratch, '..data'))
  }
  write('..2026_1', 'protect: []\n')
  symlinkSync('..data/protection.yaml', join(scratch, 'protection.yaml'))
  const daemon = await startDaemon({ relay: 'smtp://127.0.0.1:1', protectionPath: join(scratch, 'protection.yaml') })
  t.teardown(() => removeDaemon(daemon))
  const guarded = async (): Promise<string | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
    return /^namesake_protected_people (\d+)$/m.exec(text)?.[1]
  }
  t.equal(await guarded(), '0')
  write('..2026_2', 'protect:\n  - { directory: Staff, groups: [Executives] }\n')
  await daemon.waitFor((line) => line['event'] === 'config-reloaded', 60_000)
  await waitUntil('the edit in force', async () => ((await guarded()) === '1' ? true : undefined))
})
