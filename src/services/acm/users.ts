/** Who uses which certificate: asked of the services that may, so that it is never out of date. */
import type { Environment } from "#services/kit/service.ts";
import { formatArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";

/** Load balancers' ARNs by certificate. */
export async function certificateUsers(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
): Promise<Map<string, string[]>> {
  const elbv2 = clients.elbv2(asService(scope, "acm.amazonaws.com"));
  const users = new Map<string, Set<string>>();
  for (const balancer of await everyLoadBalancer(elbv2)) {
    const { Listeners = [] } = await elbv2.DescribeListeners({ LoadBalancerArn: balancer });
    for (const { ListenerArn, Protocol } of Listeners) {
      if (Protocol !== "HTTPS" && Protocol !== "TLS") continue;
      const { Certificates = [] } = await elbv2.DescribeListenerCertificates({ ListenerArn });
      for (const { CertificateArn = "" } of Certificates) {
        const of = users.get(CertificateArn);
        if (of) of.add(balancer);
        else users.set(CertificateArn, new Set([balancer]));
      }
    }
  }
  const { account, region } = scope;
  for (const { certificate, name } of await classicUsers(clients, scope)) {
    const balancer = formatArn("elasticloadbalancing", { region, account }, `loadbalancer/${name}`);
    const of = users.get(certificate);
    if (of) of.add(balancer);
    else users.set(certificate, new Set([balancer]));
  }
  return new Map([...users].map(([arn, of]) => [arn, [...of]]));
}

async function classicUsers(clients: Environment["clients"], scope: Scope) {
  const found: { certificate: string; name: string }[] = [];
  const elb = clients.elb(asService(scope, "acm.amazonaws.com"));
  let Marker: string | undefined;
  do {
    const page = await elb.DescribeLoadBalancers({ Marker });
    for (const { LoadBalancerName, ListenerDescriptions } of page.LoadBalancerDescriptions ?? [])
      for (const { Listener } of ListenerDescriptions ?? [])
        if (Listener?.SSLCertificateId !== undefined)
          found.push({ certificate: Listener.SSLCertificateId, name: LoadBalancerName! });
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return found;
}

async function everyLoadBalancer(elbv2: ReturnType<Environment["clients"]["elbv2"]>) {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await elbv2.DescribeLoadBalancers({ Marker });
    arns.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn }) => LoadBalancerArn!));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return arns;
}
