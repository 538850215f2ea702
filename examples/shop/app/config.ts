export interface Config {
  sessionTable: string;
  orderTable: string;
  orderQueue: string;
  uploadBucket: string;
  host: string;
  port: number;
}

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const need = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`${name} must be set`);
    return value;
  };
  return {
    sessionTable: need("SESSION_TABLE"),
    orderTable: need("ORDER_TABLE"),
    orderQueue: need("ORDER_QUEUE"),
    uploadBucket: need("UPLOAD_BUCKET"),
    host: environment.HOST ?? "0.0.0.0",
    port: Number(environment.PORT ?? "8080"),
  };
}
