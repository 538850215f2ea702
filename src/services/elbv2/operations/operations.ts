/** The operations that are implemented. */
import type { Operations } from "#services/kit/service.ts";
import type { State } from "../state.ts";
import { describeCapacityReservation, modifyCapacityReservation } from "./capacity-reservation.ts";
import { createListener } from "./create-listener.ts";
import { createLoadBalancer } from "./create-load-balancer.ts";
import { createRule } from "./create-rule.ts";
import { createTargetGroup } from "./create-target-group.ts";
import { deleteListener } from "./delete-listener.ts";
import { deleteLoadBalancer } from "./delete-load-balancer.ts";
import { deleteRule } from "./delete-rule.ts";
import { deleteTargetGroup } from "./delete-target-group.ts";
import { deregisterTargets } from "./deregister-targets.ts";
import { describeAccountLimits } from "./describe-account-limits.ts";
import { describeListenerCertificates } from "./describe-listener-certificates.ts";
import { describeListeners } from "./describe-listeners.ts";
import { describeLoadBalancers } from "./describe-load-balancers.ts";
import { describeRules } from "./describe-rules.ts";
import { describeSSLPolicies } from "./describe-ssl-policies.ts";
import { describeTargetGroups } from "./describe-target-groups.ts";
import { describeTargetHealth } from "./describe-target-health.ts";
import { describeListenerAttributes, modifyListenerAttributes } from "./listener-attributes.ts";
import {
  describeLoadBalancerAttributes,
  modifyLoadBalancerAttributes,
} from "./load-balancer-attributes.ts";
import { addListenerCertificates, removeListenerCertificates } from "./listener-certificates.ts";
import { modifyIpPools } from "./modify-ip-pools.ts";
import { modifyListener } from "./modify-listener.ts";
import { modifyRule } from "./modify-rule.ts";
import { modifyTargetGroup } from "./modify-target-group.ts";
import { registerTargets } from "./register-targets.ts";
import { deleteSharedTrustStoreAssociation, getResourcePolicy } from "./shared-trust-stores.ts";
import { setIpAddressType } from "./set-ip-address-type.ts";
import { setRulePriorities } from "./set-rule-priorities.ts";
import { setSecurityGroups } from "./set-security-groups.ts";
import { setSubnets } from "./set-subnets.ts";
import { addTags, removeTags, describeTags } from "./tags.ts";
import {
  describeTargetGroupAttributes,
  modifyTargetGroupAttributes,
} from "./target-group-attributes.ts";
import {
  getTrustStoreCaCertificatesBundle,
  getTrustStoreRevocationContent,
} from "./trust-store-contents.ts";
import {
  createTrustStore,
  deleteTrustStore,
  describeTrustStoreAssociations,
  describeTrustStores,
  modifyTrustStore,
} from "./trust-stores.ts";
import {
  addTrustStoreRevocations,
  describeTrustStoreRevocations,
  removeTrustStoreRevocations,
} from "./trust-store-revocations.ts";

export const operations: Operations<"elbv2", State> = {
  AddListenerCertificates: addListenerCertificates,
  AddTags: addTags,
  AddTrustStoreRevocations: addTrustStoreRevocations,
  CreateListener: createListener,
  CreateLoadBalancer: createLoadBalancer,
  CreateRule: createRule,
  CreateTargetGroup: createTargetGroup,
  CreateTrustStore: createTrustStore,
  DeleteListener: deleteListener,
  DeleteLoadBalancer: deleteLoadBalancer,
  DeleteRule: deleteRule,
  DeleteSharedTrustStoreAssociation: deleteSharedTrustStoreAssociation,
  DeleteTargetGroup: deleteTargetGroup,
  DeleteTrustStore: deleteTrustStore,
  DeregisterTargets: deregisterTargets,
  DescribeAccountLimits: describeAccountLimits,
  DescribeCapacityReservation: describeCapacityReservation,
  DescribeListenerAttributes: describeListenerAttributes,
  DescribeListenerCertificates: describeListenerCertificates,
  DescribeListeners: describeListeners,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeRules: describeRules,
  DescribeSSLPolicies: describeSSLPolicies,
  DescribeTags: describeTags,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  DescribeTargetGroups: describeTargetGroups,
  DescribeTargetHealth: describeTargetHealth,
  DescribeTrustStoreAssociations: describeTrustStoreAssociations,
  DescribeTrustStoreRevocations: describeTrustStoreRevocations,
  DescribeTrustStores: describeTrustStores,
  GetResourcePolicy: getResourcePolicy,
  GetTrustStoreCaCertificatesBundle: getTrustStoreCaCertificatesBundle,
  GetTrustStoreRevocationContent: getTrustStoreRevocationContent,
  ModifyCapacityReservation: modifyCapacityReservation,
  ModifyIpPools: modifyIpPools,
  ModifyListener: modifyListener,
  ModifyListenerAttributes: modifyListenerAttributes,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  ModifyRule: modifyRule,
  ModifyTargetGroup: modifyTargetGroup,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
  ModifyTrustStore: modifyTrustStore,
  RegisterTargets: registerTargets,
  RemoveListenerCertificates: removeListenerCertificates,
  RemoveTags: removeTags,
  RemoveTrustStoreRevocations: removeTrustStoreRevocations,
  SetIpAddressType: setIpAddressType,
  SetRulePriorities: setRulePriorities,
  SetSecurityGroups: setSecurityGroups,
  SetSubnets: setSubnets,
};
