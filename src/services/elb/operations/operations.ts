/** The table of implemented operations. */
import type { Operations } from "#services/kit/service.ts";
import type { State } from "../state.ts";
import { describeLoadBalancerAttributes, modifyLoadBalancerAttributes } from "./attributes.ts";
import { createLoadBalancer } from "./create-load-balancer.ts";
import { deleteLoadBalancer } from "./delete-load-balancer.ts";
import { describeAccountLimits } from "./describe-account-limits.ts";
import { describeLoadBalancers } from "./describe-load-balancers.ts";
import { describeLoadBalancerPolicyTypes } from "./describe-policy-types.ts";
import { configureHealthCheck, describeInstanceHealth } from "./health-checks.ts";
import {
  deregisterInstancesFromLoadBalancer,
  registerInstancesWithLoadBalancer,
} from "./instances.ts";
import {
  createLoadBalancerListeners,
  deleteLoadBalancerListeners,
  setLoadBalancerListenerSslCertificate,
} from "./listeners.ts";
import {
  applySecurityGroups,
  attachLoadBalancerToSubnets,
  detachLoadBalancerFromSubnets,
  disableAvailabilityZones,
  enableAvailabilityZones,
} from "./network.ts";
import {
  createAppCookieStickinessPolicy,
  createLbCookieStickinessPolicy,
  createLoadBalancerPolicy,
  deleteLoadBalancerPolicy,
  describeLoadBalancerPolicies,
  setLoadBalancerPoliciesForBackendServer,
  setLoadBalancerPoliciesOfListener,
} from "./policies.ts";
import { addTags, describeTags, removeTags } from "./tags.ts";

export const operations: Operations<"elb", State> = {
  AddTags: addTags,
  ApplySecurityGroupsToLoadBalancer: applySecurityGroups,
  AttachLoadBalancerToSubnets: attachLoadBalancerToSubnets,
  ConfigureHealthCheck: configureHealthCheck,
  CreateAppCookieStickinessPolicy: createAppCookieStickinessPolicy,
  CreateLBCookieStickinessPolicy: createLbCookieStickinessPolicy,
  CreateLoadBalancer: createLoadBalancer,
  CreateLoadBalancerListeners: createLoadBalancerListeners,
  CreateLoadBalancerPolicy: createLoadBalancerPolicy,
  DeleteLoadBalancer: deleteLoadBalancer,
  DeleteLoadBalancerListeners: deleteLoadBalancerListeners,
  DeleteLoadBalancerPolicy: deleteLoadBalancerPolicy,
  DeregisterInstancesFromLoadBalancer: deregisterInstancesFromLoadBalancer,
  DescribeAccountLimits: describeAccountLimits,
  DescribeInstanceHealth: describeInstanceHealth,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancerPolicies: describeLoadBalancerPolicies,
  DescribeLoadBalancerPolicyTypes: describeLoadBalancerPolicyTypes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeTags: describeTags,
  DetachLoadBalancerFromSubnets: detachLoadBalancerFromSubnets,
  DisableAvailabilityZonesForLoadBalancer: disableAvailabilityZones,
  EnableAvailabilityZonesForLoadBalancer: enableAvailabilityZones,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  RegisterInstancesWithLoadBalancer: registerInstancesWithLoadBalancer,
  RemoveTags: removeTags,
  SetLoadBalancerListenerSSLCertificate: setLoadBalancerListenerSslCertificate,
  SetLoadBalancerPoliciesForBackendServer: setLoadBalancerPoliciesForBackendServer,
  SetLoadBalancerPoliciesOfListener: setLoadBalancerPoliciesOfListener,
};
