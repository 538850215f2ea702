/** S3: buckets and objects. */
import { defineService } from "#services/kit/service.ts";
import { createPageRules } from "./cors/page-rules.ts";
import { createPreflightSite } from "./cors/preflight-site.ts";
import { differences } from "./differences.ts";
import { operations } from "./operations.ts";
import { createLifecycleReconciler } from "./reconcilers/lifecycle.ts";
import { createNotificationReconciler } from "./reconcilers/notification.ts";
import { createState, startState, type S3State } from "./state.ts";
import { createWebsiteSite } from "./website/website-site.ts";

export const service = defineService<"s3", S3State>({
  name: "s3",
  operations,
  createState,
  start: startState,
  stop: (_env, state) => state.cors.stop(),
  reconcilers: (env, state) => [
    createLifecycleReconciler(env, state),
    createNotificationReconciler(env),
  ],
  sites: (env, state) => [createWebsiteSite(env), createPreflightSite(state.cors)],
  crossOrigin: (_env, state) => createPageRules(state.cors),
  differences,
});
