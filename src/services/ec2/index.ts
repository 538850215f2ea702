/** Amazon EC2: instances, images, launch templates, key pairs and the network they stand in. */
import { defineService } from "#services/kit/service.ts";
import { identityEndpoint } from "./dataplane/identity/signers.ts";
import { nameReconciler } from "./dataplane/published-names.ts";
import { cpuCredits } from "./dataplane/credit-keeper.ts";
import { startSensors } from "./dataplane/sensors.ts";
import { withDryRun } from "./dry-run.ts";
import { differences } from "./differences.ts";
import { ebsNoticeReconcilers } from "./ebs-notices/reconcilers.ts";
import { experimentEndpoint } from "./experiments/endpoint.ts";
import { experimentReconciler } from "./experiments/reconciler.ts";
import { faultEndpoint } from "./faults/endpoint.ts";
import { faultReconciler } from "./faults/reconciler.ts";
import { fleetOperations } from "./fleets/operations.ts";
import { fleetMemberReconciler, fleetReconciler } from "./fleets/reconciler.ts";
import { imageOperations } from "./images/operations.ts";
import { snapshotReconciler } from "./images/reconciler.ts";
import { instanceEventEndpoint } from "./instance-events/endpoint.ts";
import { instanceEventReconciler } from "./instance-events/reconciler.ts";
import { instanceTypeOperations } from "./instance-types/operations.ts";
import { instanceOperations } from "./instances/operations.ts";
import { endOrphans } from "./instances/reconciler/machines.ts";
import { instanceReconciler } from "./instances/reconciler/reconciler.ts";
import { stateChangeReconciler } from "./instances/reconciler/state-changes.ts";
import { keyPairOperations } from "./key-pairs/operations.ts";
import { launchTemplateOperations } from "./launch-templates/operations.ts";
import { startFlowLogs } from "./network/flow-logs/collector.ts";
import { networkDifferences, networkOperations, networkReconcilers } from "./network/network.ts";
import { placementOperations } from "./placement/operations.ts";
import { regionOperations } from "./regions/operations.ts";
import { spotEndpoint } from "./spot/endpoint.ts";
import { interruptionReconciler } from "./spot/interruption-reconciler.ts";
import { marketRuleReconciler, priceReconciler } from "./spot/market-reconciler.ts";
import { spotOperations } from "./spot/operations.ts";
import { spotInstanceReconciler, spotRequestReconciler } from "./spot/request-reconciler.ts";
import { createState, type Ec2State } from "./state.ts";
import { tagOwners } from "./tag-owners.ts";
import { tagOperations } from "./tagging/operations.ts";
import { volumeOperations } from "./volumes/operations.ts";
import { volumeReconciler } from "./volumes/reconciler/reconciler.ts";

/** For Systems Manager's public parameters, which name these images. */
export { publicImages, type PublicImage } from "#services/kit/facts/public-images.ts";

export const service = defineService<"ec2", Ec2State>({
  name: "ec2",
  createState,
  operations: withDryRun({
    ...fleetOperations,
    ...imageOperations,
    ...instanceOperations,
    ...instanceTypeOperations,
    ...keyPairOperations,
    ...launchTemplateOperations,
    ...networkOperations,
    ...placementOperations,
    ...regionOperations,
    ...spotOperations,
    ...tagOperations(tagOwners),
    ...volumeOperations,
  }),
  reconcilers: (env, state) => [
    instanceReconciler(env, state),
    stateChangeReconciler(env),
    snapshotReconciler(env),
    ...ebsNoticeReconcilers(env),
    volumeReconciler(env),
    faultReconciler(env),
    experimentReconciler(env),
    nameReconciler(env),
    spotRequestReconciler(env),
    spotInstanceReconciler(env),
    interruptionReconciler(env),
    priceReconciler(env),
    marketRuleReconciler(env),
    instanceEventReconciler(env),
    fleetReconciler(env),
    fleetMemberReconciler(env),
    ...networkReconcilers(env),
    ...state.network.reconcilers,
  ],
  ownEndpoints: (env) => ({
    faults: faultEndpoint(env),
    experiments: experimentEndpoint(env),
    spot: spotEndpoint(env),
    "instance-events": instanceEventEndpoint(env),
    "instance-identity": identityEndpoint(env),
  }),
  async start(env, state) {
    const failed = (message: string) => (error: unknown) => env.log.error(message, { error });
    await endOrphans(env).catch(failed("ending machines that no instance wants failed"));
    await state.metadata.resume().catch(failed("serving instance metadata failed"));
    const flows = startFlowLogs(env);
    state.endings.push(() => flows.stop());
    const sensors = startSensors(env);
    state.endings.push(() => sensors.stop());
  },
  async stop(_env, state) {
    for (const end of state.endings.splice(0)) await end();
  },
  measurements: [cpuCredits],
  differences: [...differences, ...networkDifferences],
});
