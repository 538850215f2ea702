/** AWS Lambda: functions that run, whoever calls them. https://docs.aws.amazon.com/lambda/latest/api/ */
import { defineService } from "#services/kit/service.ts";
import { packageSite } from "./code/package-site.ts";
import { differences } from "./differences.ts";
import { publishMeasurements } from "./metrics.ts";
import { operations } from "./operations/operations.ts";
import { codeReconciler } from "./reconcilers/code.ts";
import { eventReconciler } from "./reconcilers/event.ts";
import { mappingReconciler } from "./reconcilers/mapping.ts";
import { provisionedReconciler } from "./reconcilers/provisioned.ts";
import { versionReconciler } from "./reconcilers/version.ts";
import { urlSite } from "./urls/url-site.ts";
import { createState, type LambdaState } from "./state.ts";

export const service = defineService<"lambda", LambdaState>({
  name: "lambda",
  operations,
  createState,
  reconcilers: (env, state) => [
    versionReconciler({ ...env, state }),
    codeReconciler({ ...env, state }),
    eventReconciler({ ...env, state }),
    mappingReconciler({ ...env, state }),
    provisionedReconciler({ ...env, state }),
  ],
  sites: (env, state) => [packageSite(state.codes), urlSite({ ...env, state })],
  async start(env, state) {
    await state.codes.open();
    state.samplers.push(publishMeasurements(env, state.measurements, state.pool));
  },
  async stop(_env, state) {
    await Promise.all(state.samplers.map((sampler) => sampler.stop()));
    for (const { poller } of state.pollers.values()) await poller.stop();
    state.pollers.clear();
    await state.pool.close();
    await state.codes.close();
  },
  differences,
});
