/** The version of the deployment, as answers name it. */
export const VERSION = "0.1.0";
