/**
 * A client that balances by itself: it asks Cloud Map again and again who serves and is well, and sends each request
 * to the instance with the fewest requests under way. One that fails is left out for a while. (The service's revision,
 * which is cheaper to ask for, tells of instances that come and go, and not of their health.)
 */
import {
  DiscoverInstancesCommand,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";

export interface BalancedClientOptions {
  client: ServiceDiscoveryClient;
  namespace: string;
  service: string;
  /** How long a list is trusted, milliseconds. */
  refreshMs?: number;
  /** How long an instance that failed is left out, milliseconds. */
  restMs?: number;
}

interface Instance {
  id: string;
  url: string;
  underWay: number;
  restsUntilMs: number;
}

export class NoInstances extends Error {}

export class BalancedClient {
  readonly #options: Required<BalancedClientOptions>;
  #instances: Instance[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: BalancedClientOptions) {
    this.#options = { refreshMs: 1000, restMs: 5000, ...options };
  }

  /** Tries the other instances when one cannot be reached. Throws NoInstances when none can. */
  async fetch(path: string): Promise<Response> {
    await this.#refresh();
    const tried = new Set<string>();
    for (;;) {
      const instance = this.#pick(tried);
      if (!instance) throw new NoInstances(`nobody serves ${this.#options.service}`);
      tried.add(instance.id);
      instance.underWay++;
      try {
        return await fetch(new URL(path, instance.url));
      } catch {
        // Not reached: somebody else may be.
        instance.restsUntilMs = performance.now() + this.#options.restMs;
      } finally {
        instance.underWay--;
      }
    }
  }

  #pick(tried: ReadonlySet<string>): Instance | undefined {
    const now = performance.now();
    const left = this.#instances.filter(({ id }) => !tried.has(id));
    const rested = left.filter(({ restsUntilMs }) => restsUntilMs <= now);
    const choice = rested.length > 0 ? rested : left;
    const fewest = Math.min(...choice.map(({ underWay }) => underWay));
    const idle = choice.filter(({ underWay }) => underWay === fewest);
    return idle[Math.floor(Math.random() * idle.length)];
  }

  async #refresh(): Promise<void> {
    const { client, namespace, service, refreshMs } = this.#options;
    if (performance.now() - this.#askedMs < refreshMs) return;
    const names = { NamespaceName: namespace, ServiceName: service };
    const found = await client.send(
      new DiscoverInstancesCommand({ ...names, HealthStatus: "HEALTHY_OR_ELSE_ALL" }),
    );
    const before = new Map(this.#instances.map((instance) => [instance.id, instance]));
    this.#instances = (found.Instances ?? []).map(({ InstanceId, Attributes = {} }) => {
      const url = `http://${Attributes["AWS_INSTANCE_IPV4"]}:${Attributes["AWS_INSTANCE_PORT"]}`;
      const known = before.get(InstanceId!);
      return known?.url === url ? known : { id: InstanceId!, url, underWay: 0, restsUntilMs: 0 };
    });
    this.#askedMs = performance.now();
  }
}
