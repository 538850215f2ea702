/**
 * A client that balances by itself: it asks Cloud Map who serves, keeps the list until the service's revision moves
 * on, and sends each request to the instance with the fewest requests under way. One that fails is left out for a while.
 */
import {
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";

export interface BalancedClientOptions {
  client: ServiceDiscoveryClient;
  namespace: string;
  service: string;
  /** How long a list is trusted before the revision is asked for, milliseconds. */
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
  #revision = -1;
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
    const { InstancesRevision = 0 } = await client.send(
      new DiscoverInstancesRevisionCommand(names),
    );
    if (InstancesRevision !== this.#revision) {
      const found = await client.send(
        new DiscoverInstancesCommand({ ...names, HealthStatus: "HEALTHY_OR_ELSE_ALL" }),
      );
      const before = new Map(this.#instances.map((instance) => [instance.id, instance]));
      this.#instances = (found.Instances ?? []).map(({ InstanceId, Attributes = {} }) => {
        const url = `http://${Attributes["AWS_INSTANCE_IPV4"]}:${Attributes["AWS_INSTANCE_PORT"]}`;
        const known = before.get(InstanceId!);
        return known?.url === url ? known : { id: InstanceId!, url, underWay: 0, restsUntilMs: 0 };
      });
      this.#revision = found.InstancesRevision ?? InstancesRevision;
    }
    this.#askedMs = performance.now();
  }
}
