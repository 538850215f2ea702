import type { Context, Operation } from "#services/kit/service.ts";
import { policyInUse, samplePolicyNotFound } from "../errors.ts";
import { changeLoadBalancer, findListener, findLoadBalancer } from "../find.ts";
import {
  checkBackendPolicies,
  checkListenerPolicies,
  findPolicy,
  readPolicy,
  withPolicy,
} from "../policy-input.ts";
import { appCookieType, balancerCookieType } from "../policy-types.ts";
import type { PolicyRecord } from "../records.ts";
import { predefinedPolicies, predefinedPolicy } from "../security-policies.ts";
import { policyShape } from "../shapes.ts";
import type { State } from "../state.ts";

async function create(context: Context<State>, name: string, policy: PolicyRecord) {
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, name, (balancer) => withPolicy(balancer, policy)),
  );
  return {};
}

export const createAppCookieStickinessPolicy: Operation<
  "elb",
  "CreateAppCookieStickinessPolicy",
  State
> = ({ LoadBalancerName, PolicyName, CookieName }, context) =>
  create(
    context,
    LoadBalancerName!,
    readPolicy(PolicyName!, appCookieType, [
      { AttributeName: "CookieName", AttributeValue: CookieName },
    ]),
  );

/** Without a period, and with 0, the cookie lives as long as the browser's session. */
export const createLbCookieStickinessPolicy: Operation<
  "elb",
  "CreateLBCookieStickinessPolicy",
  State
> = ({ LoadBalancerName, PolicyName, CookieExpirationPeriod }, context) =>
  create(
    context,
    LoadBalancerName!,
    readPolicy(
      PolicyName!,
      balancerCookieType,
      CookieExpirationPeriod === undefined
        ? []
        : [
            {
              AttributeName: "CookieExpirationPeriod",
              AttributeValue: String(CookieExpirationPeriod),
            },
          ],
    ),
  );

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerPolicy.html */
export const createLoadBalancerPolicy: Operation<"elb", "CreateLoadBalancerPolicy", State> = async (
  { LoadBalancerName, PolicyName, PolicyTypeName, PolicyAttributes },
  context,
) => {
  const policy = readPolicy(PolicyName!, PolicyTypeName!, PolicyAttributes);
  return create(context, LoadBalancerName!, policy);
};

export const deleteLoadBalancerPolicy: Operation<"elb", "DeleteLoadBalancerPolicy", State> = async (
  { LoadBalancerName, PolicyName },
  context,
) => {
  const name = PolicyName!;
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      const { policies, listeners, backends } = balancer;
      const users = [...listeners, ...backends].some((user) => user.policies.includes(name));
      const referring = policies.some(({ attributes }) =>
        attributes.some((own) => own.name === "PublicKeyPolicyName" && own.value === name),
      );
      if (users || referring) throw policyInUse(name);
      return { ...balancer, policies: policies.filter((policy) => policy.name !== name) };
    }),
  );
  return {};
};

/** Without a load balancer's name: the predefined policies. */
export const describeLoadBalancerPolicies: Operation<
  "elb",
  "DescribeLoadBalancerPolicies",
  State
> = async ({ LoadBalancerName, PolicyNames }, context) => {
  if (LoadBalancerName === undefined) {
    const chosen = PolicyNames?.length
      ? PolicyNames.map((name) => {
          const policy = predefinedPolicy(name);
          if (!policy) throw samplePolicyNotFound(name);
          return policy;
        })
      : predefinedPolicies;
    return { PolicyDescriptions: chosen.map(policyShape) };
  }
  const balancer = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const chosen = PolicyNames?.length
    ? PolicyNames.map((name) => findPolicy(balancer, name))
    : balancer.policies;
  return { PolicyDescriptions: chosen.map(policyShape) };
};

/** The given policies instead of those that the listener has. */
export const setLoadBalancerPoliciesOfListener: Operation<
  "elb",
  "SetLoadBalancerPoliciesOfListener",
  State
> = async ({ LoadBalancerName, LoadBalancerPort, PolicyNames }, context) => {
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      const listener = findListener(balancer, LoadBalancerPort!);
      const policies = [...new Set(PolicyNames)];
      checkListenerPolicies(
        listener,
        policies.map((name) => findPolicy(balancer, name)),
      );
      return {
        ...balancer,
        listeners: balancer.listeners.map((one) => (one === listener ? { ...one, policies } : one)),
      };
    }),
  );
  return {};
};

export const setLoadBalancerPoliciesForBackendServer: Operation<
  "elb",
  "SetLoadBalancerPoliciesForBackendServer",
  State
> = async ({ LoadBalancerName, InstancePort, PolicyNames }, context) => {
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => {
      const port = InstancePort!;
      const policies = [...new Set(PolicyNames)];
      checkBackendPolicies(
        balancer,
        port,
        policies.map((name) => findPolicy(balancer, name)),
      );
      const others = balancer.backends.filter((backend) => backend.port !== port);
      const backends = policies.length === 0 ? others : [...others, { port, policies }];
      return { ...balancer, backends };
    }),
  );
  return {};
};
